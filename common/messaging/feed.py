"""Reading this service's own log, for the relay and for the feed endpoint."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from common.messaging.envelopes import Envelope, FeedPage
from common.security.tenancy import all_companies

LAST_POSITION = 2**63 - 1
"""What PostgreSQL can count to."""
MAX_LIMIT = 1_000
SCANNED = 5_000
"""Positions that a page looks at. PostgreSQL cannot tell how few rows the filters leave out and would sort the
rest of the log for every page."""
# One statement, one snapshot: events that are pruned meanwhile must not be missing from a page that says they
# are still there, and no event has a position beyond the head's.
_PAGE = """
SELECT feed_head.position, feed_head.epoch, feed_head.pruned_to, page.*
FROM feed_head LEFT JOIN (
    SELECT event_id, type, event_log.position, aggregate_id, version, company_id, occurred_at, payload::text,
        actor_id, saga_id, request_id
    FROM event_log
    WHERE event_log.position > %(after)s AND event_log.position <= %(last)s
    AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s))
    AND (%(aggregate)s::uuid IS NULL OR aggregate_id = %(aggregate)s)
    ORDER BY event_log.position LIMIT %(limit)s
) page ON true
WHERE feed_head.id = 1 ORDER BY page.position
"""


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
    last = after + SCANNED if aggregate_id is None else LAST_POSITION
    parameters = {
        "after": after,
        "last": min(last, LAST_POSITION),
        "types": list(types) if types is not None else None,
        "aggregate": aggregate_id,
        "limit": limit,
    }
    with all_companies("event feed"), connection.cursor() as cursor:
        cursor.execute(_PAGE, parameters)
        rows = cursor.fetchall()
    position, epoch, pruned = rows[0][:3]
    events = [_envelope(row[3:]) for row in rows if row[3] is not None]
    upto = events[-1].position if len(events) == limit else max(after, min(position, last))
    return FeedPage(
        producer=settings.SERVICE.name,
        epoch=epoch,
        after=after,
        upto=upto,
        head=position,
        first=pruned + 1,
        events=events,
    )


def _envelope(row: tuple[Any, ...]) -> Envelope:
    return Envelope(
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
