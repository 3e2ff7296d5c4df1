"""Refusals of the company service that a person or a saga can act on."""

from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, NotFoundError, ValidationError


class CompanyNotFoundError(NotFoundError):
    """No such company, or another tenant's: the two are not told apart."""

    code = "COMPANY_NOT_FOUND"
    default_message = _("There is no such company.")


class CompanyInactiveError(ConflictError):
    """A deactivated company takes no more people."""

    code = "COMPANY_INACTIVE"
    default_message = _("The company is not active.")


class CompanyNameTakenError(ConflictError):
    """Two companies of one name cannot be told apart in any list."""

    code = "COMPANY_NAME_TAKEN"
    default_message = _("A company of this name exists.")


class SeatLimitReachedError(ConflictError):
    """Every seat of the company is taken."""

    code = "SEAT_LIMIT_REACHED"
    default_message = _("The company has no free seat.")


class DepartmentNotFoundError(NotFoundError):
    """No such department, or another company's: the two are not told apart."""

    code = "DEPARTMENT_NOT_FOUND"
    default_message = _("There is no such department.")


class UnknownDepartmentError(ValidationError):
    """A department named in a request is not an active department of that company."""

    code = "UNKNOWN_DEPARTMENT"
    default_message = _("The company has no such department.")


class UnknownManagerError(ValidationError):
    """Whoever is to lead a department does not work in that company."""

    code = "UNKNOWN_MANAGER"
    default_message = _("The manager is not an employee of this company.")


class DepartmentNameTakenError(ConflictError):
    """Sister departments have different names."""

    code = "DEPARTMENT_NAME_TAKEN"
    default_message = _("There is a department of this name in the same place.")


class DepartmentInUseError(ConflictError):
    """A department with people or departments in it stays."""

    code = "DEPARTMENT_IN_USE"
    default_message = _("The department still has employees or departments in it.")


class DepartmentCycleError(ConflictError):
    """A department cannot be inside itself."""

    code = "DEPARTMENT_CYCLE"
    default_message = _("A department cannot be placed inside itself.")


class LicenseNotFoundError(NotFoundError):
    """No such licence, or another company's, or a withdrawn one: they are not told apart."""

    code = "LICENSE_NOT_FOUND"
    default_message = _("There is no such licence.")


class LicenseNumberTakenError(ConflictError):
    """Two licences of one type have different numbers in a company."""

    code = "LICENSE_NUMBER_TAKEN"
    default_message = _("The company has a licence of this type and number.")


class LicenseNotExtendedError(ConflictError):
    """A renewal makes a licence valid for longer: also what the second of two equal renewals meets."""

    code = "LICENSE_NOT_EXTENDED"
    default_message = _("The licence is valid until then, or longer, already.")


class LicensePeriodError(ValidationError):
    """The dates of a licence contradict each other or its status."""

    code = "INVALID_LICENSE_PERIOD"
    default_message = _("The licence's dates do not fit together.")
