"""What a provider is: something that takes notices one by one and says of each what became of it."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notice as a provider gets it.

    ``address`` is the e-mail address, or empty for channels that know the person by other means. ``key`` is the
    same at each attempt: a provider that can tell repetitions apart should be given it.
    """

    notification_id: UUID
    company_id: UUID
    user_id: UUID
    channel: str
    address: str
    title: str
    message: str
    language: str
    attempt: int
    key: str


class Fate(Enum):
    """What became of a notice."""

    TAKEN = "taken"
    """It is on its way; the provider answers for it from now on."""
    REFUSED = "refused"
    """It never will be taken."""
    LATER = "later"
    """It was not taken, and may be later."""
    DOUBTFUL = "doubtful"
    """No answer came to a notice that was handed over. The provider is in trouble."""
    UNREACHABLE = "unreachable"
    """It was not handed over: the provider takes nothing at the moment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of ``outgoing``, and in the provider's words why."""

    outgoing: Outgoing
    fate: Fate
    error: str = ""


class Provider(Protocol):
    """Carries the notices of a channel."""

    def send(self, batch: Iterable[Outgoing]) -> Generator[Answer, None, None]:
        """Take the notices of ``batch`` and answer each before taking the next.

        Taking one from ``batch`` writes down that it is being sent, so none may be taken in advance. After
        DOUBTFUL or UNREACHABLE nothing more is taken. It must be done with each within two minutes.
        """
        ...
