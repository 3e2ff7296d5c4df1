"""Asking one service for its part, over its internal address; one's own without going anywhere."""

from typing import TypeVar

import httpx
import msgspec
from django.conf import settings

from common.contracts.base import readable, to_wire
from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Erased, Order, Section, Subject
from common.security.service_tokens import mint_service_token

TIMEOUT = httpx.Timeout(30.0, connect=2.0)
AnswerT = TypeVar("AnswerT")
_client = httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False)
_sections = msgspec.json.Decoder(list[readable(Section)])  # type: ignore[misc]
_erased = msgspec.json.Decoder(readable(Erased))


class NoAnswerError(Exception):
    """The service did not answer, or not as it should; ask again later."""


def holdings_ask(service: str, subject: Subject, language: str) -> list[Section]:
    """What ``service`` holds on the person; raises NoAnswerError."""
    if service == settings.SERVICE.name:
        return share_collect(subject, language=language)
    body = {**to_wire(subject), "language": language}
    sections: list[Section] = _asked(service, "holdings", body, _sections)
    return sections


def erasure_ask(service: str, order: Order) -> Erased:
    """What ``service`` has done about the order; raises NoAnswerError."""
    if service == settings.SERVICE.name:
        return share_erase(order)
    body = to_wire(order)
    return _asked(service, "erasures", {**body.pop("subject"), **body}, _erased)


def _asked(
    service: str, what: str, body: dict[str, object], decoder: "msgspec.json.Decoder[AnswerT]"
) -> AnswerT:
    try:
        answer = _client.post(
            f"{settings.SERVICE_URLS[service]}/internal/privacy/{what}",
            json=body,
            headers={"Authorization": f"Bearer {mint_service_token(service)}"},
        )
        answer.raise_for_status()
        return decoder.decode(answer.content)
    except httpx.HTTPStatusError as error:
        raise NoAnswerError(f"{service} answered {error.response.status_code}") from error
    except (httpx.HTTPError, msgspec.MsgspecError) as error:
        # Not the words of the error: they could repeat what was answered.
        raise NoAnswerError(f"{service}: {type(error).__name__}") from error
