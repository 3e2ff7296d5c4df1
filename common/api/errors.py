"""Errors as the contract has them: one envelope with a stable code, whatever went wrong."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import responses
from typing import Any, NamedTuple

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation
from rest_framework import exceptions
from rest_framework.response import Response

from common.errors import DomainError
from common.observability.context import current_request_id

CODES: Mapping[int, str] = {
    400: "MALFORMED_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    409: "CONFLICT",
    411: "LENGTH_REQUIRED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    422: "VALIDATION_ERROR",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_ERROR",
    503: "SERVICE_UNAVAILABLE",
}
RETRY_AFTER = "1"

log = structlog.get_logger(__name__)


class Problem(NamedTuple):
    """An error on its way to the client."""

    status: int
    code: str
    message: str
    details: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}


def envelope(code: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of an error answer."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = details
    return {"success": False, "error": error, "timestamp": timestamp()}


def timestamp() -> str:
    """Now, as every answer spells a time: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def problem_of_status(status: int) -> Problem:
    """The problem that a bare status stands for."""
    sentence = _SENTENCES.get(status) or responses.get(status, "Error")
    return Problem(status, CODES.get(status, "ERROR"), str(sentence))


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's hook: the answer to ``exc``. What nobody foresaw is logged and answered with 500."""
    problem = _problem(exc)
    if problem is None:
        log.error("request failed", exc_info=exc)
        problem = problem_of_status(500)._replace(details={"request_id": current_request_id()})
    elif problem.status >= 500:
        log.warning("request refused", code=problem.code, error=repr(exc))
    body = envelope(problem.code, problem.message, problem.details)
    return Response(body, status=problem.status, headers=dict(problem.headers))


def _problem(exc: Exception) -> Problem | None:
    if isinstance(exc, DomainError):
        return _domain_problem(exc)
    if isinstance(exc, exceptions.APIException):
        return _api_problem(exc)
    if isinstance(exc, DjangoValidationError):
        return Problem(422, CODES[422], str(_SENTENCES[422]), _django_details(exc))
    for kind, status in _STATUS_OF:
        if isinstance(exc, kind):
            return problem_of_status(status)._replace(headers=_headers(status))
    if isinstance(exc, IntegrityError) and isinstance(exc.__cause__, UniqueViolation):
        return problem_of_status(409)
    return None


_STATUS_OF: tuple[tuple[type[Exception], int], ...] = (
    (Http404, 404),
    (PermissionDenied, 403),
    (RequestDataTooBig, 413),
    (SuspiciousOperation, 400),
    (UnreadablePostError, 400),
    (OperationalError, 503),
    (InterfaceError, 503),
)


def _domain_problem(error: DomainError) -> Problem:
    headers = _headers(error.status)
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        headers["Retry-After"] = str(math.ceil(retry_after))
    return Problem(error.status, error.code, str(error.message), error.details, headers)


def _api_problem(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        return Problem(422, CODES[422], str(_SENTENCES[422]), _field_details(error.detail))
    headers = _headers(error.status_code)
    wait = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    plain = problem_of_status(error.status_code)
    message = str(error.detail) if isinstance(error.detail, str) else plain.message
    return plain._replace(message=message, headers=headers)


def _headers(status: int) -> dict[str, str]:
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="hrms"'}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": RETRY_AFTER}
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # The rest of the body stays unread, so the server ends the connection; the client has to know.
        return {"Connection": "close"}
    return {}


def _field_details(detail: Any) -> dict[str, Any]:
    if isinstance(detail, dict):
        return {str(name): value for name, value in detail.items()}
    return {"non_field_errors": detail if isinstance(detail, list) else [detail]}


def _django_details(error: DjangoValidationError) -> dict[str, Any]:
    if hasattr(error, "error_dict"):
        return {
            "non_field_errors" if name == "__all__" else name: found
            for name, found in error.message_dict.items()
        }
    return {"non_field_errors": list(error.messages)}


_SENTENCES: Mapping[int, Any] = {
    400: _("The request could not be read."),
    401: _("Sign in to continue."),
    403: _("You are not allowed to do this."),
    404: _("Not found."),
    405: _("This address does not take that method."),
    406: _("The answer cannot be given in that format."),
    409: _("This conflicts with existing data."),
    411: _("Say how long the body is: Content-Length is missing."),
    413: _("The request's body is too large."),
    415: _("Bodies are read as JSON in UTF-8 only."),
    422: _("Some values are not valid."),
    429: _("Too many requests. Try again later."),
    500: _("Something went wrong on our side. It has been recorded."),
    503: _("The service is not available right now. Try again shortly."),
}
