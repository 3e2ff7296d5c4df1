"""Who reads this service's log, and how far."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, Min, When

from common.messaging.feed import feed_head
from common.messaging.models import Subscriber


def subscriber_seen(name: str, *, types: Sequence[str] | None, acknowledged: int, epoch: UUID) -> None:
    """Record that service ``name`` has applied everything up to ``acknowledged`` and wants ``types``."""
    with connection.cursor() as cursor:
        # An idle poll every second must not mean a write every second.
        cursor.execute(
            "INSERT INTO feed_subscribers AS s (name, types, acknowledged, epoch) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (name) DO UPDATE SET types = EXCLUDED.types, acknowledged = EXCLUDED.acknowledged,"
            " epoch = EXCLUDED.epoch, last_pull_at = now()"
            " WHERE (s.types, s.acknowledged, s.epoch)"
            "   IS DISTINCT FROM (EXCLUDED.types, EXCLUDED.acknowledged, EXCLUDED.epoch)"
            " OR s.last_pull_at < now() - interval '10 seconds'",
            [name, list(types) if types is not None else [], acknowledged, epoch],
        )


def slowest_position() -> int | None:
    """The position that every subscriber has applied; None when there are no subscribers.

    One that has not read anything since the log's epoch began has yet to read all of it again.
    """
    _, epoch, _ = feed_head()
    applied = Case(When(epoch=epoch, then=F("acknowledged")), default=0)
    lowest: int | None = Subscriber.objects.aggregate(lowest=Min(applied))["lowest"]
    return lowest
