"""Asking one service for its part, over its internal address; one's own without going anywhere."""

from typing import TypeVar

import msgspec
from django.conf import settings

from common.contracts.base import readable, to_wire
from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Erased, Order, Section, Subject
from common.security.peers import OK, Limits, PeerError, ask

LIMITS = Limits(seconds=30.0, largest=32 * 1024 * 1024)
AnswerT = TypeVar("AnswerT")
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
        answer = ask(service, f"/internal/privacy/{what}", LIMITS, body=body)
        if answer.status != OK:
            raise NoAnswerError(f"{service} answered {answer.status}")
        return answer.read(decoder)
    except PeerError as error:
        raise NoAnswerError(f"{service}: {error}") from error
