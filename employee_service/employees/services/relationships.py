"""Lines between employees of a company: who manages whom, and the others."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from common.days import today
from common.errors import NotFoundError, ValidationError
from employee_service.employees.choices import Lifecycle, RelationshipKind
from employee_service.employees.exceptions import (
    EmploymentEndedError,
    ManagerCycleError,
    UnknownManagerError,
    UnknownRelatedEmployeeError,
)
from employee_service.employees.models import Employee, Relationship
from employee_service.employees.services.aggregate import employee_lock, employee_save
from employee_service.employees.services.constraints import refusing_violations

_MANAGERS_ABOVE = """
WITH RECURSIVE above(id) AS (
  SELECT %s::uuid
  UNION
  SELECT manager_id FROM employees JOIN above USING (id) WHERE manager_id IS NOT NULL
)
SELECT EXISTS (SELECT FROM above WHERE id = %s)
"""


def relationship_add(
    *,
    employee_id: UUID,
    related_employee_id: UUID,
    kind: RelationshipKind,
    start_date: date | None = None,
    end_date: date | None = None,
) -> Relationship:
    """Draw a line from an employee to another; of the kind ``manager``, it makes that one the manager.

    Raises EmployeeNotFoundError, EmploymentEndedError, UnknownRelatedEmployeeError, UnknownManagerError,
    ManagerCycleError, RelationshipExistsError, ValidationError (ends before it starts, or a manager for
    other days than from today on).
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        if employee.lifecycle == Lifecycle.ENDED:
            raise EmploymentEndedError
        if kind == RelationshipKind.MANAGER:
            if start_date not in (None, today()) or end_date is not None:
                raise ValidationError(details={"start_date": [_("A manager is set from today on.")]})
            manager_change(employee, related_employee_id)
            employee_save(employee, changed=["manager_id"])
            return Relationship.objects.get(employee=employee, kind=kind, end_date=None)
        if not _works_in(employee.company_id, related_employee_id):
            raise UnknownRelatedEmployeeError(details={"related_employee_id": str(related_employee_id)})
        with refusing_violations():
            line = Relationship.objects.create(
                company_id=employee.company_id,
                employee=employee,
                related_employee_id=related_employee_id,
                kind=kind,
                start_date=start_date or today(),
                end_date=end_date,
            )
        employee_save(employee, changed=["relationships"])
    return line


def relationship_end(*, employee_id: UUID, relationship_id: UUID) -> Relationship:
    """End an open line today; ending the line to the manager leaves the employee without one.

    Raises NotFoundError when the employee has no such open line.
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        line = Relationship.objects.filter(employee=employee, id=relationship_id, end_date=None).first()
        if line is None:
            raise NotFoundError
        if line.kind == RelationshipKind.MANAGER:
            manager_change(employee, None)
            employee_save(employee, changed=["manager_id"])
            line.refresh_from_db()
        else:
            line.end_date = max(today(), line.start_date)
            line.save(update_fields=["end_date"])
            employee_save(employee, changed=["relationships"])
    return line


def manager_change(employee: Employee, manager_id: UUID | None) -> None:
    """Give a locked employee another manager (or none) from today; the caller saves the employee.

    Raises UnknownManagerError, and ManagerCycleError when the new manager is managed by the employee.
    """
    if manager_id is not None:
        _one_change_at_a_time(employee.company_id)
        if not _works_in(employee.company_id, manager_id):
            raise UnknownManagerError(details={"manager_id": str(manager_id)})
        with connection.cursor() as cursor:
            cursor.execute(_MANAGERS_ABOVE, [manager_id, employee.id])
            if cursor.fetchone()[0]:
                raise ManagerCycleError(details={"manager_id": str(manager_id)})
    day = today()
    for line in Relationship.objects.filter(
        company_id=employee.company_id, employee=employee, kind=RelationshipKind.MANAGER, end_date=None
    ):
        line.end_date = max(day, line.start_date)
        line.save(update_fields=["end_date"])
    employee.manager_id = manager_id
    if manager_id is not None:
        manager_lines_open([employee], start_date=day)


def manager_lines_open(employees: Sequence[Employee], *, start_date: date | None = None) -> None:
    """Open the lines to the managers that new records name, from their hire dates unless told otherwise."""
    Relationship.objects.bulk_create(
        Relationship(
            company_id=employee.company_id,
            employee=employee,
            related_employee_id=employee.manager_id,
            kind=RelationshipKind.MANAGER,
            start_date=start_date or employee.hire_date or today(),
        )
        for employee in employees
        if employee.manager_id is not None
    )


def _works_in(company_id: UUID, employee_id: UUID) -> bool:
    return Employee.objects.filter(
        company_id=company_id, id=employee_id, lifecycle=Lifecycle.CURRENT
    ).exists()


def _one_change_at_a_time(company_id: UUID) -> None:
    """Two changes at once could each be fine and close a circle together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('manager lines ' || %s::text, 0))", [company_id]
        )
