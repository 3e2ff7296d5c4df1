"""Locking an employee for a change, and saving it with its event."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from common.contracts.employee import EmployeeUpdated
from common.messaging.services import publish
from employee_service.employees.exceptions import EmployeeNotFoundError
from employee_service.employees.models import Employee
from employee_service.employees.services.constraints import refusing_violations
from employee_service.employees.services.history import history_add_changes


def employee_lock(employee_id: UUID) -> Employee:
    """The employee, locked until the caller's transaction ends; raises EmployeeNotFoundError."""
    try:
        return Employee.objects.select_for_update().get(id=employee_id)
    except Employee.DoesNotExist:
        raise EmployeeNotFoundError from None


def employee_store(employee: Employee, *, effective_date: date | None = None, reason: str = "") -> None:
    """Save a locked employee as its next version, with what that adds to the record of the employment.

    Raises the DomainError of a violated constraint.
    """
    employee.version += 1
    employee.updated_at = timezone.now()
    with refusing_violations():
        history_add_changes(employee, effective_date=effective_date, reason=reason)
        employee.save()


def employee_save(
    employee: Employee, *, changed: Sequence[str], effective_date: date | None = None, reason: str = ""
) -> None:
    """Save a locked employee as its next version and tell what ``changed``."""
    employee_store(employee, effective_date=effective_date, reason=reason)
    publish(
        employee_updated(employee, changed),
        aggregate_id=employee.id,
        company_id=employee.company_id,
        version=employee.version,
    )


def employee_updated(employee: Employee, changed: Sequence[str]) -> EmployeeUpdated:
    """The event that tells of an employee's state after a change of the fields ``changed``."""
    return EmployeeUpdated(
        employee_id=employee.id,
        company_id=employee.company_id,
        user_id=employee.user_id,
        first_name=employee.first_name,
        last_name=employee.last_name,
        full_name_ar=employee.full_name_ar,
        full_name_en=employee.full_name_en,
        department_id=employee.department_id,
        position=employee.position,
        status=employee.employment_status,
        changed=list(changed),
        nationality=employee.nationality,
        hire_date=employee.hire_date,
    )
