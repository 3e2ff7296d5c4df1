"""Locking and saving the records of an employee's working life."""

from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from common.errors import NotFoundError
from employee_service.employees.exceptions import OwnRecordError
from employee_service.employees.models import Employee
from employee_service.employees.models.records import EmployeeRecord
from employee_service.employees.services.aggregate import employee_lock
from employee_service.employees.services.constraints import refusing_violations

RecordT = TypeVar("RecordT", bound=EmployeeRecord)


def record_lock(model: type[RecordT], record_id: UUID) -> RecordT:
    """The record with its employee, both locked until the caller's transaction ends.

    The employee comes first, as in every change of theirs, so that two changes cannot wait for each other.
    Raises NotFoundError.
    """
    found = model._default_manager.filter(id=record_id).values_list("employee_id", flat=True).first()
    if found is None:
        raise NotFoundError
    employee = employee_lock(found)
    record = model._default_manager.select_for_update().get(id=record_id)
    record.employee = employee
    return record


def refuse_own(employee: Employee, account: UUID) -> None:
    """Raise OwnRecordError when ``account`` is the employee's own: nobody writes what is held against them."""
    if employee.user_id == account:
        raise OwnRecordError


def record_save(record: EmployeeRecord) -> None:
    """Save a locked record as its next version; raises the DomainError of a violated constraint."""
    record.version += 1
    record.updated_at = timezone.now()
    with refusing_violations():
        record.save()
