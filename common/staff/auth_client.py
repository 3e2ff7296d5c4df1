"""Asking the auth service whether somebody's password is right."""

import httpx
import msgspec
import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.contracts.base import readable
from common.errors import DomainError, ServiceUnavailableError
from common.observability.context import current_request_id

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


@readable
class LoginAnswer(msgspec.Struct):
    """The part of auth's AuthResponse that is used here."""

    token: str


def login(*, email: str, password: str) -> str | None:
    """An access token of the person with these credentials; None when there is no such person.

    Raises TooManyAttemptsError and SignInUnavailableError.
    """
    try:
        answer = httpx.post(
            f"{settings.SERVICE_URLS['auth']}/login",
            json={"email": email, "password": password},
            headers={"X-Request-ID": current_request_id() or ""},
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )
    except (httpx.HTTPError, UnicodeError) as error:
        log.warning("auth cannot be asked", error=repr(error))
        raise SignInUnavailableError from error
    if answer.status_code in {
        httpx.codes.UNAUTHORIZED,
        httpx.codes.FORBIDDEN,
        httpx.codes.UNPROCESSABLE_ENTITY,
    }:
        return None
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise TooManyAttemptsError
    if answer.status_code != httpx.codes.OK or len(answer.content) > LARGEST_ANSWER:
        log.warning("auth answers a login strangely", status=answer.status_code)
        raise SignInUnavailableError
    try:
        return msgspec.json.decode(answer.content, type=LoginAnswer).token
    except msgspec.DecodeError as error:
        raise SignInUnavailableError from error
