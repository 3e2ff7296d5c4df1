"""Asking the auth service whether somebody's password is right."""

from typing import Final

import httpx
import msgspec
import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.contracts.base import readable
from common.errors import DomainError, ServiceUnavailableError
from common.observability.context import current_request_id
from common.security.service_tokens import mint_service_token

TIMEOUT = 5.0
LARGEST_ANSWER = 262_144

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


def staff_token(*, email: str, password: str, code: str, address: str, user_agent: str) -> str | None:
    """An access token of the person with these credentials; None when there is no such person.

    ``address`` and ``user_agent`` are the browser's, for auth's limits and the list of the person's sessions.
    Raises SecondFactorError, TooManyAttemptsError and SignInUnavailableError.
    """
    given = {"email": email, "password": password, "code": code, "ip_address": address}
    body = {name: value for name, value in given.items() if value} | {"user_agent": user_agent[:1000]}
    answer = _ask(body)
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        return None
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise TooManyAttemptsError
    try:
        if answer.status_code == httpx.codes.OK:
            return msgspec.json.decode(answer.content, type=SignInAnswer).token
        refusal = msgspec.json.decode(answer.content, type=RefusalAnswer).error.code
    except msgspec.DecodeError as error:
        raise SignInUnavailableError from error
    if refusal == _WRONG:
        return None
    if refusal in _SENTENCES:
        raise SecondFactorError(_SENTENCES[refusal])
    log.warning("auth answers a sign-in strangely", status=answer.status_code)
    raise SignInUnavailableError


def _ask(body: dict[str, str]) -> httpx.Response:
    try:
        answer = httpx.post(
            f"{settings.SERVICE_URLS['auth']}/internal/staff/sign-in",
            json=body,
            headers={
                "Authorization": f"Bearer {mint_service_token('auth')}",
                "X-Request-ID": current_request_id() or "",
            },
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )
    except (httpx.HTTPError, UnicodeError) as error:
        log.warning("auth cannot be asked", error=repr(error))
        raise SignInUnavailableError from error
    if len(answer.content) > LARGEST_ANSWER:
        log.warning("auth answers a sign-in at length", status=answer.status_code)
        raise SignInUnavailableError
    return answer
