"""Errors that a person or a client can act on: each has a stable code and an HTTP status."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal by a rule of the domain; nothing was changed.

    ``code`` is stable and machine-readable, ``status`` is the HTTP status an API answers with,
    ``details`` is JSON-able and names the offending fields or values.
    """

    code: ClassVar[str] = "DOMAIN_ERROR"
    status: ClassVar[int] = 422
    default_message: ClassVar[str | Promise] = _("The request was refused.")

    def __init__(
        self, message: str | Promise | None = None, *, details: dict[str, Any] | None = None
    ) -> None:
        self.message = message if message is not None else self.default_message
        self.details = details or {}
        super().__init__(str(self.message))


class ValidationError(DomainError):
    """Well-formed input with values that are not acceptable."""

    code = "VALIDATION_ERROR"
    status = 422
    default_message = _("Some values are not valid.")


class MalformedRequestError(DomainError):
    """Input that could not be read at all."""

    code = "MALFORMED_REQUEST"
    status = 400
    default_message = _("The request could not be read.")


class UnauthenticatedError(DomainError):
    """No proof of identity, or one that is expired, forged or revoked."""

    code = "UNAUTHENTICATED"
    status = 401
    default_message = _("Sign in to continue.")


class PermissionDeniedError(DomainError):
    """A known person without the right."""

    code = "FORBIDDEN"
    status = 403
    default_message = _("You are not allowed to do this.")


class NotFoundError(DomainError):
    """No such thing, or not in the caller's scope: the two are not told apart on purpose."""

    code = "NOT_FOUND"
    status = 404
    default_message = _("Not found.")


class ConflictError(DomainError):
    """The change contradicts what is already there."""

    code = "CONFLICT"
    status = 409
    default_message = _("This conflicts with existing data.")


class ServiceUnavailableError(DomainError):
    """Something this service needs is down; the same request may succeed later."""

    code = "SERVICE_UNAVAILABLE"
    status = 503
    default_message = _("The service is not available right now. Try again shortly.")
