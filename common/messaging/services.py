"""Writing events: rows in the transaction that changes the data."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID, uuid4

import msgspec
from django.db import connection

from common.contracts.base import Event, owner_of, wire_name
from common.messaging.doorbell import EVENTS, ring_on_commit
from common.observability.context import current_actor_id, current_request_id

_json = msgspec.json.Encoder(decimal_format="string")


class Publication(NamedTuple):
    """An event to publish: about which aggregate, of which company, after which version of the aggregate."""

    event: Event
    aggregate_id: UUID
    company_id: UUID | None
    version: int = 0
    saga_id: UUID | None = None


def publish(
    event: Event,
    *,
    aggregate_id: UUID,
    company_id: UUID | None,
    version: int = 0,
    saga_id: UUID | None = None,
) -> None:
    """Write one event into this service's log, in the caller's transaction.

    Raises RuntimeError outside a transaction (the event and the change it tells of must commit together)
    and ValueError for an event that another service owns.
    """
    publish_many([Publication(event, aggregate_id, company_id, version, saga_id)])


def publish_many(publications: Iterable[Publication | tuple[Event, UUID, UUID | None, int]]) -> None:
    """Write events into the log in their order with one statement; see :func:`publish`."""
    from django.conf import settings

    rows = [Publication(*item) for item in publications]
    if not rows:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("An event is published in the transaction that makes it true.")
    types = [wire_name(type(row.event)) for row in rows]
    for name in set(types):
        if owner_of(name) != settings.SERVICE.name:
            raise ValueError(f"{name} belongs to {owner_of(name)}, not to {settings.SERVICE.name}.")
    with connection.cursor() as cursor:
        # Not through the ORM: its RETURNING would ask to see rows that the writer's scope may only write.
        cursor.execute(
            "INSERT INTO event_log"
            " (event_id, type, aggregate_id, company_id, version, saga_id, payload, actor_id, request_id)"
            " SELECT e, t, a, c, v, s, p::jsonb, %s, %s"
            " FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[], %s::int[], %s::uuid[], %s::text[])"
            " WITH ORDINALITY AS x(e, t, a, c, v, s, p, n) ORDER BY n",
            [
                current_actor_id(),
                current_request_id() or "",
                [uuid4() for _ in rows],
                types,
                [row.aggregate_id for row in rows],
                [row.company_id for row in rows],
                [row.version for row in rows],
                [row.saga_id for row in rows],
                [_json.encode(row.event).decode() for row in rows],
            ],
        )
    ring_on_commit(EVENTS)
