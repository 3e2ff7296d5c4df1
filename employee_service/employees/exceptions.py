"""Why the employee service refuses a change."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, DomainError, NotFoundError, PermissionDeniedError


class EmployeeNotFoundError(NotFoundError):
    """No such employee, or not one that the caller may see."""

    default_message = _("There is no such employee.")


class EmployeeExistsError(ConflictError):
    """A present employee of the company has this e-mail address or this account."""

    code = "EMPLOYEE_EXISTS"
    default_message = _("This person is already employed by this company.")


class EmployeeNumberTakenError(ConflictError):
    """An employee of the company, present or former, has this number."""

    code = "EMPLOYEE_NUMBER_TAKEN"
    default_message = _("Another employee of this company has this number.")


class UnknownManagerError(DomainError):
    """The manager is not a present employee of the same company."""

    code = "UNKNOWN_MANAGER"
    status = 422
    default_message = _("The manager is not an employee of this company.")


class ManagerCycleError(DomainError):
    """The employee would end up as their own manager, directly or through others."""

    code = "MANAGER_CYCLE"
    status = 422
    default_message = _("An employee cannot be managed by themselves or by somebody they manage.")


class UnknownDepartmentError(DomainError):
    """The department is not one of the company's."""

    code = "UNKNOWN_DEPARTMENT"
    status = 422
    default_message = _("The department does not belong to this company.")


class EmploymentEndedError(ConflictError):
    """The employment has ended, so this cannot change any more."""

    code = "EMPLOYMENT_ENDED"
    default_message = _("This employment has ended.")


class StillEmployedError(ConflictError):
    """Only a former employee's record can be archived."""

    code = "STILL_EMPLOYED"
    default_message = _("Only a former employee's record can be archived.")


class RelationshipExistsError(ConflictError):
    """The line between the two employees exists already."""

    code = "RELATIONSHIP_EXISTS"
    default_message = _("This line between the two employees exists already.")


class UnknownRelatedEmployeeError(DomainError):
    """The other end of a line is not a present employee of the same company."""

    code = "UNKNOWN_RELATED_EMPLOYEE"
    status = 422
    default_message = _("The related employee is not an employee of this company.")


class DuplicateRowError(ConflictError):
    """A row further up in the same bulk hire has the same address, number or account."""

    code = "DUPLICATE_ROW"
    default_message = _("Another row of this request is the same person or has the same number.")


class NothingToRetryError(ConflictError):
    """No row of the bulk hire was undone, or all that were start again already."""

    code = "NOTHING_TO_RETRY"
    default_message = _("No row of this bulk hire was undone.")


class OverlappingLeaveError(ConflictError):
    """A leave of the same person, waiting or approved, has some of the days."""

    code = "LEAVE_OVERLAPS"
    default_message = _("There is a leave on some of these days already.")


class LeaveDecidedError(ConflictError):
    """The leave does not wait for a decision any more."""

    code = "LEAVE_DECIDED"
    default_message = _("This leave was decided already.")


class OwnLeaveError(PermissionDeniedError):
    """Nobody decides about their own leave."""

    code = "OWN_LEAVE"
    default_message = _("Nobody decides about their own leave.")


class OutsideEmploymentError(DomainError):
    """Some of the days are before the hire or after the last day."""

    code = "OUTSIDE_EMPLOYMENT"
    status = 422
    default_message = _("The person is not employed on all of these days.")


class DeductionClosedError(ConflictError):
    """A completed or cancelled deduction stays as it is."""

    code = "DEDUCTION_CLOSED"
    default_message = _("This deduction is completed or cancelled and does not change any more.")


class UnknownReviewerError(DomainError):
    """The reviewer is not a present employee of the same company."""

    code = "UNKNOWN_REVIEWER"
    status = 422
    default_message = _("The reviewer is not an employee of this company.")


class OwnRecordError(PermissionDeniedError):
    """Nobody writes deductions, violations or reviews of their own."""

    code = "OWN_RECORD"
    default_message = _("Nobody writes this about themselves.")


class ReviewMoveError(ConflictError):
    """The review cannot take this status from the one it has."""

    code = "REVIEW_STATUS"
    default_message = _("A review cannot go from its status to this one.")


class ReviewClosedError(ConflictError):
    """Only a draft's contents change."""

    code = "REVIEW_CLOSED"
    default_message = _("Only a draft changes. Send the review back first.")
