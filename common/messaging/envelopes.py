"""An event on its way: what surrounds the payload in the log, in a doorbell message and in the feed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from common.contracts.base import readable


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event with its place in the producer's log; ``payload`` is the event's own fields."""

    id: UUID
    type: str
    position: int
    aggregate_id: UUID
    version: int
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
    after: int
    upto: int
    events: list[Envelope]


@readable
class FeedPage(Batch, frozen=True, kw_only=True):
    """A batch pulled from the feed; ``head`` is the log's last position, ``first`` its oldest kept one."""

    head: int
    first: int


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
