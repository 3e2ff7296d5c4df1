"""Published language of the employee service."""

from datetime import date
from uuid import UUID

from common.contracts.base import Command, Event, event


@event("employee.hired", owner="employee")
class EmployeeHired(Event):
    """A person is employed. ``source`` is ``saga`` (the company has counted them) or ``import`` (not yet).

    An import also tells of people who left long ago: their ``status`` is ``terminated``, nobody counts them,
    and no :class:`EmployeeTerminated` follows.
    """

    employee_id: UUID
    employee_number: str
    company_id: UUID
    user_id: UUID
    first_name: str
    last_name: str
    full_name_ar: str = ""
    full_name_en: str = ""
    department_id: UUID | None = None
    position: str = ""
    hire_date: date | None = None
    status: str = "active"
    source: str = "saga"
    nationality: str = ""


@event("employee.updated", owner="employee")
class EmployeeUpdated(Event):
    """An employee changed; ``changed`` names the fields, the others are the state after it.

    Without a ``hire_date`` the one that was told before stands.
    """

    employee_id: UUID
    company_id: UUID
    user_id: UUID
    first_name: str
    last_name: str
    full_name_ar: str = ""
    full_name_en: str = ""
    department_id: UUID | None = None
    position: str = ""
    status: str = "active"
    changed: list[str] = []
    nationality: str = ""
    hire_date: date | None = None


@event("employee.transferred", owner="employee")
class EmployeeTransferred(Event):
    """An employee moved from one department to another of the same company."""

    employee_id: UUID
    company_id: UUID
    from_department_id: UUID | None
    to_department_id: UUID | None
    source: str = ""


@event("employee.terminated", owner="employee")
class EmployeeTerminated(Event):
    """Employment ended. ``last_day`` may be another day, yet access ends with this event."""

    employee_id: UUID
    company_id: UUID
    user_id: UUID
    last_day: date
    department_id: UUID | None = None
    reason: str = ""


@event("employee.archived", owner="employee")
class EmployeeArchived(Event):
    """A former employee's record left the everyday lists."""

    employee_id: UUID
    company_id: UUID


@event("employee.removed", owner="employee")
class EmployeeRemoved(Event):
    """An employment that an import had brought was taken away again: it never was.

    Leaves, deductions and violations that went with it are told of by events of their own.
    """

    employee_id: UUID
    company_id: UUID
    user_id: UUID


@event("employee.row_corrected", owner="employee")
class EmployeeRowCorrected(Event):
    """HR corrected an employee's row of the old file, and it came over after the import.

    Other services take from such a row, too, and do so now. ``row`` holds the old columns that they read, as
    they are corrected, and ``key`` says where the row stands in the imports' ledgers.
    """

    employee_id: UUID
    company_id: UUID
    user_id: UUID
    key: str
    row: dict[str, str | int | float | None] = {}


@event("leave.requested", owner="employee")
class LeaveRequested(Event):
    """An employee asks for leave from ``start_date`` to ``end_date``, both inclusive; ``days`` are working days."""

    leave_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    leave_type: str
    start_date: date
    end_date: date
    days: int
    manager_user_id: UUID | None = None
    source: str = ""


@event("leave.approved", owner="employee")
class LeaveApproved(Event):
    """A leave was granted by the account ``decided_by``, which of an old leave may be unknown."""

    leave_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    leave_type: str
    start_date: date
    end_date: date
    days: int
    decided_by: UUID | None
    source: str = ""


@event("leave.rejected", owner="employee")
class LeaveRejected(Event):
    """A leave was refused by the account ``decided_by``, which of an old leave may be unknown."""

    leave_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    leave_type: str
    start_date: date
    end_date: date
    days: int
    decided_by: UUID | None
    reason: str = ""
    source: str = ""


@event("leave.cancelled", owner="employee")
class LeaveCancelled(Event):
    """A request for leave was taken back by the account ``cancelled_by`` before anybody decided about it."""

    leave_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    leave_type: str
    start_date: date
    end_date: date
    days: int
    cancelled_by: UUID
    source: str = ""


@event("leave.removed", owner="employee")
class LeaveRemoved(Event):
    """A leave that an import had brought was taken away again: it never was."""

    leave_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID


@event("deduction.created", owner="employee")
class DeductionCreated(Event):
    """Money is to be held back from an employee's pay; ``amount`` is a decimal in KWD as text."""

    deduction_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    deduction_type: str
    amount: str
    status: str
    effective_date: date
    source: str = ""


@event("deduction.updated", owner="employee")
class DeductionUpdated(Event):
    """A deduction changed; the fields are the state after it."""

    deduction_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    deduction_type: str
    amount: str
    status: str
    effective_date: date
    source: str = ""


@event("deduction.removed", owner="employee")
class DeductionRemoved(Event):
    """A deduction that an import had brought was taken away again: it never was."""

    deduction_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID


@event("violation.recorded", owner="employee")
class ViolationRecorded(Event):
    """An employee broke a rule of the company; what happened stays in the employee service."""

    violation_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    violation_type: str
    severity: str
    occurred_on: date
    source: str = ""


@event("violation.removed", owner="employee")
class ViolationRemoved(Event):
    """A violation that an import had brought was taken away again: it never was."""

    violation_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID


@event("review.submitted", owner="employee")
class ReviewSubmitted(Event):
    """A performance review is ready to be read; the ratings stay in the employee service."""

    review_id: UUID
    company_id: UUID
    employee_id: UUID
    user_id: UUID
    reviewer_id: UUID
    review_period_start: date
    review_period_end: date


class CreateEmployee(Command):
    """Make a pending employee record, invisible to lists until the saga completes.

    Without a ``number`` the service gives the next free one. ``salary``, a decimal in KWD as text, does not
    travel: the employee service sets it aside when the hire begins.
    The result names the number: ``{"employee_number": "E000017"}``.
    """

    employee_id: UUID
    company_id: UUID
    user_id: UUID
    email: str
    first_name: str
    last_name: str
    position: str
    hire_date: date
    number: str = ""
    employment_type: str = "full_time"
    employee_type: str = ""
    nationality: str = ""
    phone: str = ""
    full_name_ar: str = ""
    full_name_en: str = ""
    department_id: UUID | None = None
    manager_id: UUID | None = None
    salary: str | None = None


CREATE_EMPLOYEE = "employee.create_employee"
ROLLBACK_EMPLOYEE_CREATION = "employee.rollback_employee_creation"
