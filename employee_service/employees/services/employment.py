"""Changes to an employment after the hire, up to its end."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from common.contracts.employee import EmployeeArchived, EmployeeTerminated, EmployeeTransferred
from common.days import today
from common.errors import ValidationError
from common.messaging.services import Publication, publish, publish_many
from common.reference.models import DepartmentRef
from employee_service.employees.choices import WORKING, EmploymentStatus, Lifecycle
from employee_service.employees.exceptions import (
    EmploymentEndedError,
    StillEmployedError,
    UnknownDepartmentError,
)
from employee_service.employees.models import Employee
from employee_service.employees.services.aggregate import (
    employee_lock,
    employee_save,
    employee_store,
    employee_updated,
)
from employee_service.employees.services.history import history_add_departures
from employee_service.employees.services.relationships import manager_change
from employee_service.employees.services.search_terms import search_terms_renew

PLAIN_FIELDS = frozenset(
    {
        "first_name", "last_name", "full_name_ar", "full_name_en", "email", "phone", "position", "hire_date",
        "salary", "employment_status", "employment_type", "employee_type", "nationality", "civil_id",
        "civil_id_expiry", "passport_number", "passport_expiry", "residence_number", "residence_expiry",
        "termination_reason",
    }
)  # fmt: skip
SEARCHED_FIELDS = frozenset({"first_name", "last_name", "full_name_ar", "full_name_en", "email", "phone"})
ENDED_FOR_GOOD = frozenset({"employment_status", "department_id", "manager_id", "hire_date"})


def employee_update(
    *, employee_id: UUID, changes: Mapping[str, Any], effective_date: date | None = None, reason: str = ""
) -> Employee:
    """Change fields of an employee; what is the same already is no change, and no change is no event.

    The record of the employment has the change from ``effective_date`` (else today) on, and the ``reason``; a
    manager always changes today.

    ``changes`` may name PLAIN_FIELDS, ``department_id`` and ``manager_id``, and ``is_active``, which stands
    for a status: False means inactive, True means active for somebody who is inactive.
    Raises EmployeeNotFoundError, EmploymentEndedError, EmployeeExistsError, UnknownDepartmentError,
    UnknownManagerError, ManagerCycleError and ValidationError (an employment is not ended this way, and
    nothing changes before it begins or ahead of time).
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        _check_effective(employee, changes, effective_date)
        wanted = _with_status(employee, changes)
        changed = sorted(name for name, value in wanted.items() if getattr(employee, name) != value)
        if not changed:
            return employee
        if employee.lifecycle == Lifecycle.ENDED and ENDED_FOR_GOOD.intersection(changed):
            raise EmploymentEndedError(details={name: [_("This employment has ended.")] for name in changed})
        department_before = employee.department_id
        _apply(employee, {name: wanted[name] for name in changed})
        employee_save(employee, changed=changed, effective_date=effective_date, reason=reason)
        if SEARCHED_FIELDS.intersection(changed):
            search_terms_renew(employee)
        if "department_id" in changed:
            publish_many([_transferred(employee, department_before)])
    return employee


def _check_effective(employee: Employee, changes: Mapping[str, Any], effective_date: date | None) -> None:
    if effective_date is None:
        return
    first_day = changes.get("hire_date", employee.hire_date)
    if effective_date > today() or (first_day is not None and effective_date < first_day):
        message = _("A change takes effect between the hire date and today.")
        raise ValidationError(details={"effective_date": [message]})
    if "manager_id" in changes and effective_date != today():
        raise ValidationError(details={"effective_date": [_("A manager is set from today on.")]})


def _with_status(employee: Employee, changes: Mapping[str, Any]) -> dict[str, Any]:
    """``changes`` without ``is_active``, which becomes the status it stands for."""
    wanted = dict(changes)
    is_active = wanted.pop("is_active", None)
    status = wanted.get("employment_status", employee.employment_status)
    if status == EmploymentStatus.TERMINATED and employee.lifecycle != Lifecycle.ENDED:
        message = _("An employment ends by DELETE, which asks for the last day.")
        raise ValidationError(details={"employment_status": [message]})
    if is_active is None or is_active == (status in WORKING):
        return wanted
    if "employment_status" in changes:
        message = _("This contradicts the employment status in the same request.")
        raise ValidationError(details={"is_active": [message]})
    wanted["employment_status"] = EmploymentStatus.ACTIVE if is_active else EmploymentStatus.INACTIVE
    return wanted


def _apply(employee: Employee, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name in PLAIN_FIELDS:
            setattr(employee, name, value)
        elif name == "department_id":
            _check_department(employee.company_id, value)
            employee.department_id = value
        elif name == "manager_id":
            manager_change(employee, value)
        else:
            raise ValueError(f"{name} of an employee is not changed this way.")


def _check_department(company_id: UUID, department_id: UUID | None) -> None:
    """By the local copy: the company service, which knows for certain, is not asked for a transfer."""
    if department_id is None:
        return
    departments = DepartmentRef.objects.filter(company_id=company_id, is_active=True)
    if not departments.filter(department_id=department_id).exists():
        raise UnknownDepartmentError(details={"department_id": str(department_id)})


def _transferred(employee: Employee, department_before: UUID | None, source: str = "") -> Publication:
    event = EmployeeTransferred(
        employee_id=employee.id,
        company_id=employee.company_id,
        from_department_id=department_before,
        to_department_id=employee.department_id,
        source=source,
    )
    return Publication(event, employee.id, employee.company_id, employee.version)


def employee_terminate(
    *, employee_id: UUID, last_day: date, reason: str = "", exit_interview_conducted: bool = False
) -> Employee:
    """End an employment now, with ``last_day`` on record; the record and its history stay.

    The person leaves the headcount and loses access with the event, whatever day ``last_day`` is.
    Raises EmployeeNotFoundError, EmploymentEndedError (it has ended before) and ValidationError (a last day
    before the hire).
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        if employee.lifecycle == Lifecycle.ENDED:
            raise EmploymentEndedError
        employee.lifecycle = Lifecycle.ENDED
        employee.employment_status = EmploymentStatus.TERMINATED
        employee.termination_date = last_day
        employee.termination_reason = reason
        employee.exit_interview_conducted = exit_interview_conducted
        employee_store(employee)
        publish(
            EmployeeTerminated(
                employee_id=employee.id,
                company_id=employee.company_id,
                user_id=employee.user_id,
                last_day=last_day,
                department_id=employee.department_id,
                reason=reason,
            ),
            aggregate_id=employee.id,
            company_id=employee.company_id,
            version=employee.version,
        )
    return employee


def employee_archive(*, employee_id: UUID) -> Employee:
    """Take a former employee's record out of the everyday lists; archiving twice changes nothing.

    Raises EmployeeNotFoundError and StillEmployedError.
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        if employee.lifecycle != Lifecycle.ENDED:
            raise StillEmployedError
        if employee.archived:
            return employee
        employee.archived = True
        employee_store(employee)
        publish(
            EmployeeArchived(employee_id=employee.id, company_id=employee.company_id),
            aggregate_id=employee.id,
            company_id=employee.company_id,
            version=employee.version,
        )
    return employee


def department_forget(*, company_id: UUID, department_id: UUID, source: str = "") -> int:
    """Leave the employees of a department that is gone without one; returns how many that were.

    ``source`` is what took the department away: of an import, nobody is told. Hires under way are left alone:
    the company service refuses them a department that is gone.
    """
    with transaction.atomic():
        members = list(
            Employee.objects.select_for_update()
            .filter(company_id=company_id, department_id=department_id)
            .order_by("id")
        )
        Employee.objects.filter(id__in=[employee.id for employee in members]).update(
            department_id=None, version=F("version") + 1, updated_at=timezone.now()
        )
        for employee in members:
            employee.department_id = None
            employee.version += 1
        history_add_departures(members, department_id)
        publish_many(
            publication
            for employee in members
            for publication in (
                Publication(
                    employee_updated(employee, ["department_id"]), employee.id, company_id, employee.version
                ),
                _transferred(employee, department_id, source),
            )
        )
    return len(members)
