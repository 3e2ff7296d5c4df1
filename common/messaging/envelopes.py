"""An event on its way: what surrounds the payload in the log, in a doorbell message and in the feed."""

import re
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

import msgspec

from common.contracts.base import catalogue, owner_of, readable

Position = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A place in a log: what PostgreSQL can count to."""
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""In JSON. PostgreSQL keeps it in no text, so an event with it could be neither applied nor parked."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its place in the producer's log; ``payload`` is the event's own fields."""

    id: UUID
    type: str
    position: Position
    aggregate_id: UUID
    version: Position
    company_id: UUID | None
    occurred_at: datetime
    payload: dict[str, Any]
    actor_id: UUID | None = None
    saga_id: UUID | None = None
    request_id: str = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """All events of interest with ``after < position <= upto`` of one producer's log in one epoch."""

    producer: str
    epoch: UUID
    after: Position
    upto: Position
    events: list[Envelope]

    def untrue(self) -> str:
        """What cannot be so in a batch of this producer's log, in words; empty when all of it can.

        A service that somebody has taken over may tell lies about its own things, and about nobody else's.
        """
        places = [self.after, *(envelope.position for envelope in self.events)]
        if any(after >= before for after, before in pairwise(places)) or places[-1] > self.upto:
            return f"its events are not in order between {self.after} and {self.upto}"
        owners = catalogue()
        for envelope in self.events:
            if envelope.type in owners and owner_of(envelope.type) != self.producer:
                return f"{envelope.type} is not its to tell"
        return "no log holds a NUL" if NUL.search(msgspec.json.encode(self.events)) else ""


@readable
class FeedPage(Batch, frozen=True, kw_only=True):
    """A batch pulled from the feed; ``head`` is the log's last position, ``first`` its oldest kept one."""

    head: Position
    first: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]

    def untrue(self) -> str:
        """The same of a page, which also leads on as long as the log does."""
        if self.upto == self.after < self.head:
            return f"it leads nowhere from {self.after}"
        return super().untrue()


class EventMeta(msgspec.Struct, frozen=True, kw_only=True):
    """What a consumer may know about an event beside its fields."""

    id: UUID
    type: str
    producer: str
    position: int
    aggregate_id: UUID
    version: int
    company_id: UUID | None
    occurred_at: datetime
    actor_id: UUID | None
    saga_id: UUID | None

    @classmethod
    def of(cls, producer: str, envelope: Envelope) -> "EventMeta":
        """The meta data of ``envelope`` from ``producer``'s log."""
        return cls(
            id=envelope.id,
            type=envelope.type,
            producer=producer,
            position=envelope.position,
            aggregate_id=envelope.aggregate_id,
            version=envelope.version,
            company_id=envelope.company_id,
            occurred_at=envelope.occurred_at,
            actor_id=envelope.actor_id,
            saga_id=envelope.saga_id,
        )
