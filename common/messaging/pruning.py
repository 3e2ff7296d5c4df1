"""Removes old events, never one that a subscriber has yet to apply."""

from django.conf import settings
from django.db import connection

from common.messaging.subscribers import slowest_position
from common.security.tenancy import all_companies

BATCH = 10_000
# Younger events stay whatever is asked for: event_log_prune() in the database holds to it.
LEAST_DAYS = 7


def prune(*, days: int | None = None, dry_run: bool = False) -> int:
    """Delete stamped events older than ``days`` (default: settings.EVENT_RETENTION_DAYS; 0 keeps everything).

    Fewer days than LEAST_DAYS are taken for these.

    Returns how many went, or would go. Stops before the slowest subscriber's position; without any
    subscriber nothing goes, because one may not have registered yet.
    """
    keep = settings.EVENT_RETENTION_DAYS if days is None else days
    slowest = slowest_position()
    if keep <= 0 or slowest is None:
        return 0
    keep = max(keep, LEAST_DAYS)
    removed = 0
    while True:
        with all_companies("event pruning"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(max(position), 0), count(*) FROM (SELECT position FROM event_log"
                " WHERE position <= %s AND position <= (SELECT coalesce(min(position) - 1, %s) FROM event_log"
                "   WHERE position IS NOT NULL AND occurred_at >= now() - make_interval(days => %s))"
                " ORDER BY position LIMIT %s) old",
                [slowest, slowest, keep, BATCH if not dry_run else None],
            )
            row: tuple[int, int] = cursor.fetchone()
            upto, count = row
            if dry_run or not count:
                return removed + count
            cursor.execute("UPDATE feed_head SET pruned_to = %s WHERE id = 1", [upto])
            cursor.execute("SELECT count(*) FROM event_log_prune(%s)", [upto])
            removed += count
