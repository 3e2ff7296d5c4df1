"""Notices are kept for a time and then forgotten, in pieces that hold up nobody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.security.tenancy import all_companies

PIECE = 2000
_OLD_NOTICES = """
    SELECT id FROM notifications
    WHERE created_at < %(before)s AND due_at IS NULL AND coalesce(sent_at, created_at) < %(before)s
        AND (old_id = '' OR updated_at < %(before)s)
    ORDER BY created_at LIMIT %(piece)s FOR UPDATE SKIP LOCKED
"""
_EVENTS = """
    DELETE FROM heard_events WHERE event_id IN (
        SELECT event_id FROM heard_events WHERE heard_at < %(before)s AND wake_at IS NULL
        ORDER BY heard_at LIMIT %(piece)s FOR UPDATE SKIP LOCKED
    )
"""


def notices_purge() -> int:
    """Delete notices older than the settings' retention, and the events they came from; returns how many."""
    before = timezone.now() - timedelta(days=settings.NOTICE_RETENTION_DAYS)
    total, count = 0, PIECE
    while count:
        with all_companies("retention of notices"):
            count = notices_delete(before)
        total += count
    return total


def notices_delete(before: datetime) -> int:
    """Delete a piece of the notices that are older than a moment, with their attempts, and of the events of theirs.

    In the open scope; returns how many rows went. What waits to be sent is kept, however long ago it was
    written; and what came from the old system as long from its coming on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OLD_NOTICES, {"before": before, "piece": PIECE})
        old = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM delivery_logs_forget(%s)", [old])
        cursor.execute("DELETE FROM notifications WHERE id = ANY(%s)", [old])
        cursor.execute(_EVENTS, {"before": forgotten_before(before), "piece": PIECE})
        events: int = cursor.rowcount
        return len(old) + events


def forgotten_before(before: datetime) -> datetime:
    """From when on events are remembered: for longer than they could still make notices."""
    return before - timedelta(days=settings.NOTICE_EVENT_DAYS)
