"""Leaves: asked for, decided about, taken back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.contracts.base import Event
from common.contracts.employee import LeaveApproved, LeaveCancelled, LeaveRejected, LeaveRequested
from common.errors import PermissionDeniedError, ValidationError
from common.messaging.services import publish
from employee_service.employees.choices import LeaveStatus, LeaveType, Lifecycle
from employee_service.employees.exceptions import (
    EmploymentEndedError,
    LeaveDecidedError,
    OutsideEmploymentError,
    OverlappingLeaveError,
    OwnLeaveError,
)
from employee_service.employees.models import Employee, Leave
from employee_service.employees.models.leaves import TAKING_DAYS
from employee_service.employees.services.aggregate import employee_lock
from employee_service.employees.services.constraints import refusing_violations
from employee_service.employees.services.records import record_lock, record_save
from employee_service.employees.workdays import working_days

LONGEST = timedelta(days=366)


def leave_request(
    *,
    employee_id: UUID,
    leave_type: LeaveType,
    start_date: date,
    end_date: date,
    reason: str = "",
    requested_by: UUID,
) -> Leave:
    """Ask for leave from ``start_date`` to ``end_date``, both inclusive, on behalf of an employee.

    Raises EmployeeNotFoundError, EmploymentEndedError, OutsideEmploymentError (it begins before the hire),
    OverlappingLeaveError and ValidationError (it ends before it starts, lasts longer than a year, or has no
    working day).
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        if employee.lifecycle != Lifecycle.CURRENT:
            raise EmploymentEndedError
        _check_within_employment(employee, start_date, end_date)
        _check_old_leaves(employee, start_date, end_date)
        with refusing_violations():
            leave = Leave.objects.create(
                company_id=employee.company_id,
                employee=employee,
                leave_type=leave_type,
                start_date=start_date,
                end_date=end_date,
                days=_days(start_date, end_date),
                reason=reason,
                requested_by=requested_by,
            )
        manager = _manager_account(employee)
        _publish(leave, LeaveRequested(**_facts(leave), manager_user_id=manager))
    return leave


def _days(start_date: date, end_date: date) -> int:
    if end_date < start_date:
        raise ValidationError(details={"end_date": [_("The last day cannot be before the first.")]})
    if end_date - start_date >= LONGEST:
        raise ValidationError(details={"end_date": [_("A leave lasts a year at most.")]})
    days = working_days(start_date, end_date)
    if not days:
        raise ValidationError(details={"end_date": [_("There is no working day among these.")]})
    return days


def _check_within_employment(employee: Employee, start_date: date, end_date: date) -> None:
    if employee.hire_date is not None and start_date < employee.hire_date:
        raise OutsideEmploymentError(details={"start_date": [_("This is before the hire date.")]})
    if employee.termination_date is not None and end_date > employee.termination_date:
        raise OutsideEmploymentError(details={"end_date": [_("This is after the last day.")]})


def _check_old_leaves(employee: Employee, start_date: date, end_date: date) -> None:
    """The database refuses overlapping leaves, but for those that came from the old system on shared days."""
    shared = Leave.objects.filter(
        company_id=employee.company_id,
        employee=employee,
        status__in=TAKING_DAYS,
        shares_days=True,
        start_date__lte=end_date,
        end_date__gte=start_date,
    )
    if shared.exists():
        raise OverlappingLeaveError


def _manager_account(employee: Employee) -> UUID | None:
    if employee.manager_id is None:
        return None
    return Employee.objects.values_list("user_id", flat=True).get(id=employee.manager_id)


def leave_approve(*, leave_id: UUID, decided_by: UUID, reason: str = "") -> Leave:
    """Grant a leave that waits; ``decided_by`` is the account that decides.

    Raises NotFoundError, OwnLeaveError, LeaveDecidedError (also for the second of two at once) and
    OutsideEmploymentError (the employment has ended since).
    """
    with transaction.atomic():
        leave = _lock_undecided(leave_id)
        if leave.employee.user_id == decided_by:
            raise OwnLeaveError
        _check_within_employment(leave.employee, leave.start_date, leave.end_date)
        _decide(leave, LeaveStatus.APPROVED, decided_by, reason)
        _publish(leave, LeaveApproved(**_facts(leave), decided_by=decided_by))
    return leave


def leave_reject(*, leave_id: UUID, decided_by: UUID, reason: str) -> Leave:
    """Refuse a leave that waits, for a reason.

    Raises NotFoundError, OwnLeaveError, LeaveDecidedError and ValidationError (no reason).
    """
    if not reason.strip():
        raise ValidationError(details={"reason": [_("Say why the leave is refused.")]})
    with transaction.atomic():
        leave = _lock_undecided(leave_id)
        if leave.employee.user_id == decided_by:
            raise OwnLeaveError
        _decide(leave, LeaveStatus.REJECTED, decided_by, reason)
        _publish(leave, LeaveRejected(**_facts(leave), decided_by=decided_by, reason=reason))
    return leave


def leave_cancel(*, leave_id: UUID, cancelled_by: UUID) -> Leave:
    """Take back a request that waits; for the person it is about, and for who asked on their behalf.

    Raises NotFoundError, LeaveDecidedError and PermissionDeniedError (somebody else's request).
    """
    with transaction.atomic():
        leave = _lock_undecided(leave_id)
        if cancelled_by not in (leave.employee.user_id, leave.requested_by):
            raise PermissionDeniedError
        _decide(leave, LeaveStatus.CANCELLED, cancelled_by, "")
        _publish(leave, LeaveCancelled(**_facts(leave), cancelled_by=cancelled_by))
    return leave


def _lock_undecided(leave_id: UUID) -> Leave:
    leave = record_lock(Leave, leave_id)
    if leave.status != LeaveStatus.PENDING:
        raise LeaveDecidedError(details={"status": leave.status})
    return leave


def _decide(leave: Leave, status: LeaveStatus, decided_by: UUID, reason: str) -> None:
    leave.status = status
    leave.decided_by = decided_by
    leave.decided_at = timezone.now()
    leave.decision_reason = reason
    record_save(leave)


def _facts(leave: Leave) -> dict[str, Any]:
    """What every event about a leave says."""
    return {
        "leave_id": leave.id,
        "company_id": leave.company_id,
        "employee_id": leave.employee_id,
        "user_id": leave.employee.user_id,
        "leave_type": leave.leave_type,
        "start_date": leave.start_date,
        "end_date": leave.end_date,
        "days": leave.days,
    }


def _publish(leave: Leave, event: Event) -> None:
    publish(event, aggregate_id=leave.id, company_id=leave.company_id, version=leave.version)
