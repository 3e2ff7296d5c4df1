"""Reading this service's own log, for the relay and for the feed endpoint."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from common.messaging.envelopes import Envelope, FeedPage
from common.security.tenancy import all_companies

MAX_LIMIT = 1_000


def feed_head() -> tuple[int, UUID, int]:
    """The log's last position, its epoch, and the position up to which it was pruned."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT position, epoch, pruned_to FROM feed_head WHERE id = 1")
        position, epoch, pruned = cursor.fetchone()
    return position, epoch, pruned


def feed_page(
    *, after: int, limit: int, types: Sequence[str] | None = None, aggregate_id: UUID | None = None
) -> FeedPage:
    """The events after position ``after`` whose type is in ``types`` (None: all), at most ``limit`` of them.

    The page covers every position up to ``upto``: events of other types in between are left out on purpose.
    """
    with all_companies("event feed"), connection.cursor() as cursor:
        position, epoch, pruned = feed_head()
        cursor.execute(
            "SELECT event_id, type, position, aggregate_id, version, company_id, occurred_at, payload::text,"
            " actor_id, saga_id, request_id FROM event_log"
            " WHERE position > %(after)s AND position <= %(head)s"
            " AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s))"
            " AND (%(aggregate)s::uuid IS NULL OR aggregate_id = %(aggregate)s)"
            " ORDER BY position LIMIT %(limit)s",
            {
                "after": after,
                "head": position,
                "types": list(types) if types is not None else None,
                "aggregate": aggregate_id,
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    events = [
        Envelope(
            id=row[0],
            type=row[1],
            position=row[2],
            aggregate_id=row[3],
            version=row[4],
            company_id=row[5],
            occurred_at=row[6],
            payload=msgspec.json.decode(row[7]),
            actor_id=row[8],
            saga_id=row[9],
            request_id=row[10],
        )
        for row in rows
    ]
    upto = events[-1].position if len(events) == limit else max(position, after)
    return FeedPage(
        producer=settings.SERVICE.name,
        epoch=epoch,
        after=after,
        upto=upto,
        head=position,
        first=pruned + 1,
        events=events,
    )
