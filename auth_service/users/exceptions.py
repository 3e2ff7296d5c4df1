"""Refusals of this service, each with a stable code."""

from django.utils.translation import gettext_lazy as _

from common.errors import (
    ConflictError,
    DomainError,
    MalformedRequestError,
    PermissionDeniedError,
    UnauthenticatedError,
    ValidationError,
)


class InvalidCredentialsError(UnauthenticatedError):
    """Unknown address, wrong password, inactive account or no place in the company: told apart by nobody."""

    code = "INVALID_CREDENTIALS"
    default_message = _("The e-mail address or the password is not right.")


class TooManyAttemptsError(DomainError):
    """Wrong passwords came too often for one address; ``retry_after`` seconds from now it is open again."""

    code = "TOO_MANY_ATTEMPTS"
    status = 429
    default_message = _("Too many attempts. Try again later.")

    def __init__(self, *, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after


class SecondFactorRequiredError(UnauthenticatedError):
    """The password was right; the account also asks for a code of its second factor."""

    code = "SECOND_FACTOR_REQUIRED"
    default_message = _("Enter the code of your second factor, too.")


class InvalidSecondFactorError(UnauthenticatedError):
    """The password was right and the code was not, or was used before."""

    code = "INVALID_SECOND_FACTOR"
    default_message = _("The code of the second factor is not right. Wait for the next one.")


class SecondFactorMissingError(PermissionDeniedError):
    """The role may be used with a second factor only, and the account has none yet."""

    code = "SECOND_FACTOR_MISSING"
    default_message = _("Your role needs a second factor. Set it up in the administration of accounts first.")


class WrongCodeError(DomainError):
    """The code that was to prove the device was not right."""

    code = "WRONG_CODE"
    status = 400
    default_message = _("The code is not right. Wait for the next one.")


class SecondFactorOnError(ConflictError):
    """The account has a second factor already."""

    code = "SECOND_FACTOR_ON"
    default_message = _("Your account has a second factor already.")


class SecondFactorOffError(ConflictError):
    """The account has no second factor, or none that waits to be confirmed."""

    code = "SECOND_FACTOR_OFF"
    default_message = _("Your account has no second factor yet.")


class SecondFactorNeededError(ConflictError):
    """The role of the account may not go without a second factor."""

    code = "SECOND_FACTOR_NEEDED"
    default_message = _("Your role needs a second factor.")


class InvalidRefreshTokenError(UnauthenticatedError):
    """The refresh token is unknown, used, expired, or its session or account has ended."""

    code = "INVALID_REFRESH_TOKEN"
    default_message = _("The session has ended. Sign in again.")


class EmailTakenError(ConflictError):
    """Another account has this address."""

    code = "EMAIL_TAKEN"
    default_message = _("An account with this e-mail address exists already.")


class UnknownUserError(ConflictError):
    """The account to adopt does not exist, or not in this company: the two are not told apart."""

    code = "UNKNOWN_USER"
    default_message = _("There is no such user in this company.")


class UnknownRoleError(ValidationError):
    """The company has no role of this name, or the role cannot be given there."""

    code = "UNKNOWN_ROLE"
    default_message = _("There is no such role in this company.")


class WeakPasswordError(ValidationError):
    """The password is too short or too common; the reasons are in ``details``."""

    default_message = _("Choose another password.")


class WrongPasswordError(DomainError):
    """The current password was not right."""

    code = "WRONG_PASSWORD"
    status = 400
    default_message = _("The current password is not right.")


class InvalidMailTokenError(MalformedRequestError):
    """A mailed link that is unknown, used or too old."""

    code = "INVALID_TOKEN"
    default_message = _("The link is no longer valid. Ask for a new one.")


class LastAdministratorError(ConflictError):
    """Nobody would be left to administer the system."""

    code = "LAST_ADMINISTRATOR"
    default_message = _("This is the last administrator of all companies.")


class OwnAccountError(ConflictError):
    """Nobody takes away their own access: a slip would leave a company without anybody to undo it."""

    code = "OWN_ACCOUNT"
    default_message = _("You cannot take away your own access. Ask another administrator.")


class AlreadyMemberError(ConflictError):
    """The person has a role in the company already."""

    code = "ALREADY_MEMBER"
    default_message = _("This person has a role in this company already.")


class RoleNameTakenError(ConflictError):
    """The company has a role of this name already."""

    code = "ROLE_NAME_TAKEN"
    default_message = _("This company has a role of this name already.")


class DefaultRoleError(ConflictError):
    """The roles that every company starts with stay as they are: hires and other services count on them."""

    code = "DEFAULT_ROLE"
    default_message = _("The roles that every company starts with cannot be changed.")


class RoleInUseError(ConflictError):
    """Somebody has the role, or had it, which is kept as history."""

    code = "ROLE_IN_USE"
    default_message = _("Somebody has this role or had it.")


class RolesNotReadyError(Exception):
    """A company's roles are not here yet because ``company.created`` is still on its way: try again later."""
