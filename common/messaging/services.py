"""Writing events: rows in the transaction that changes the data."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from common.contracts.base import Event, owner_of, wire_name
from common.messaging.doorbell import EVENTS, ring_on_commit
from common.observability.context import current_actor_id, current_request_id

# Type, aggregate, company, version, saga, payload.
PublishedRow = tuple[str, UUID, UUID | None, int, UUID | None, str]

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
    rows = publishable(publications)
    if rows:
        columns = list(zip(*rows, strict=True))
        source = (
            "unnest(%s::text[], %s::uuid[], %s::uuid[], %s::int[], %s::uuid[], %s::text[]) WITH ORDINALITY"
            " AS x(type, aggregate_id, company_id, version, saga_id, payload, n)"
        )
        _insert(source, [list(column) for column in columns])


def publishable(
    publications: Iterable[Publication | tuple[Event, UUID, UUID | None, int]],
) -> list[PublishedRow]:
    """Events as rows of text: type, aggregate, company, version, saga, and payload as JSON.

    Raises RuntimeError outside a transaction and ValueError for an event that another service owns.
    """
    from django.conf import settings

    rows = [item if type(item) is Publication else Publication(*item) for item in publications]
    if not rows:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("An event is published in the transaction that makes it true.")
    names = {kind: wire_name(kind) for kind in {type(row.event) for row in rows}}
    for name in names.values():
        if owner_of(name) != settings.SERVICE.name:
            raise ValueError(f"{name} belongs to {owner_of(name)}, not to {settings.SERVICE.name}.")
    return [
        (
            names[type(row.event)],
            row.aggregate_id,
            row.company_id,
            row.version,
            row.saga_id,
            _json.encode(row.event).decode(),
        )
        for row in rows
    ]


def publish_from(table: str) -> None:
    """Write the events that wait in ``table``, a temporary one with the columns of :func:`publishable` and ``n``.

    In the order of ``n``; the table's maker has checked them.
    """
    _insert(f'pg_temp."{table}"', [])


def _insert(source: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        # Not through the ORM: its RETURNING would ask to see rows that the writer's scope may only write.
        cursor.execute(
            "INSERT INTO event_log"
            " (event_id, type, aggregate_id, company_id, version, saga_id, payload, actor_id, request_id)"
            " SELECT gen_random_uuid(), type, aggregate_id, company_id, version, saga_id, payload::jsonb, %s, %s"
            f" FROM {source} ORDER BY n",
            [current_actor_id(), current_request_id() or "", *parameters],
        )
    ring_on_commit(EVENTS)
