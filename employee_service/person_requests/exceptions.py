"""Why a request about personal data is refused."""

from django.utils.translation import gettext_lazy as _

from common.errors import (
    ConflictError,
    DomainError,
    NotFoundError,
    PermissionDeniedError,
    ServiceUnavailableError,
)


class RequestNotFoundError(NotFoundError):
    """No such request, or not one of the caller's company."""

    default_message = _("There is no such request.")


class StillEmployedError(ConflictError):
    """Only former employees can be erased."""

    code = "STILL_EMPLOYED"
    default_message = _("This person is still employed. End the employment first.")


class RequestUnderWayError(ConflictError):
    """The same is being done for this person already."""

    code = "REQUEST_UNDER_WAY"
    default_message = _("A request of this kind is under way for this person.")


class NotReadyError(ConflictError):
    """Not all services have answered yet."""

    code = "PACKAGE_NOT_READY"
    default_message = _("The data are still being collected.")


class FilesNotReadyError(ServiceUnavailableError):
    """The document service, whose files belong into the package, does not answer."""

    code = "FILES_NOT_READY"
    default_message = _("The files cannot be had right now. Nothing is lost: try again shortly.")


class PackageGoneError(DomainError):
    """The package was downloaded before, or not in time."""

    code = "PACKAGE_GONE"
    status = 410
    default_message = _("The data were downloaded already, or not in time. Ask for them again.")


class NotYourPackageError(PermissionDeniedError):
    """Another person asked for it."""

    code = "NOT_YOUR_PACKAGE"
    default_message = _("Only whoever asked for the data may download them.")


class TooManyRequestsError(DomainError):
    """Somebody asks for the data of very many people."""

    code = "TOO_MANY_EXPORTS"
    status = 429
    default_message = _("You have asked for the data of many people today. Try again tomorrow.")
