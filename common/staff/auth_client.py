"""Asking the auth service whether somebody's password is right."""

from http import HTTPStatus
from typing import Final

import msgspec
import structlog
from django.utils.translation import gettext_lazy as _

from common.contracts.base import readable
from common.errors import DomainError, ServiceUnavailableError
from common.observability.context import current_request_id
from common.security.peers import Answer, Limits, PeerError, ask

LIMITS = Limits(seconds=5.0, largest=262_144)

log = structlog.get_logger(__name__)


class SignInUnavailableError(ServiceUnavailableError):
    """Auth could not be asked."""

    default_message = _("Signing in is not possible right now. Try again shortly.")


class TooManyAttemptsError(DomainError):
    """Auth takes no more attempts for a while."""

    code = "TOO_MANY_ATTEMPTS"
    status = 429
    default_message = _("Too many attempts. Try again later.")


class SecondFactorError(DomainError):
    """Auth wants a code of the person's second factor, another code, or a second factor first."""

    code = "SECOND_FACTOR"
    status = 401
    default_message = _("Enter the code of your second factor, too.")


_SENTENCES: Final = {
    "SECOND_FACTOR_REQUIRED": SecondFactorError.default_message,
    "INVALID_SECOND_FACTOR": _("The code of the second factor is not right. Wait for the next one."),
    "SECOND_FACTOR_MISSING": _(
        "Your role needs a second factor. Set it up in the administration of accounts first."
    ),
}
_WRONG: Final = "INVALID_CREDENTIALS"


@readable
class SignInAnswer(msgspec.Struct):
    """The part of auth's answer that is used here."""

    token: str


@readable
class Refusal(msgspec.Struct):
    """What auth's envelope says of an error."""

    code: str = ""


@readable
class RefusalAnswer(msgspec.Struct):
    """Auth's envelope of an error."""

    error: Refusal


_SIGNED_IN: Final = msgspec.json.Decoder(SignInAnswer)
_REFUSED: Final = msgspec.json.Decoder(RefusalAnswer)


def staff_token(*, email: str, password: str, code: str, address: str, user_agent: str) -> str | None:
    """An access token of the person with these credentials; None when there is no such person.

    ``address`` and ``user_agent`` are the browser's, for auth's limits and the list of the person's sessions.
    Raises SecondFactorError, TooManyAttemptsError and SignInUnavailableError.
    """
    given = {"email": email, "password": password, "code": code, "ip_address": address}
    body = {name: value for name, value in given.items() if value} | {"user_agent": user_agent[:1000]}
    answer = _ask(body)
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return None
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TooManyAttemptsError
    try:
        if answer.status == HTTPStatus.OK:
            return answer.read(_SIGNED_IN).token
        refusal = answer.read(_REFUSED, status=answer.status).error.code
    except PeerError as error:
        raise SignInUnavailableError from error
    if refusal == _WRONG:
        return None
    if refusal in _SENTENCES:
        raise SecondFactorError(_SENTENCES[refusal])
    log.warning("auth answers a sign-in strangely", status=answer.status)
    raise SignInUnavailableError


def _ask(body: dict[str, str]) -> Answer:
    headers = {"X-Request-ID": current_request_id() or ""}
    try:
        return ask("auth", "/internal/staff/sign-in", LIMITS, body=body, headers=headers)
    except PeerError as error:
        log.warning("auth cannot be asked", error=str(error))
        raise SignInUnavailableError from error
