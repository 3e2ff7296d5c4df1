"""Why the employee service refuses a change."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, DomainError, NotFoundError


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
