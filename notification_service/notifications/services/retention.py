"""Notices are kept for a time and then forgotten, in pieces that hold up nobody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.security.tenancy import all_companies

PIECE = 2000
_NOTICES = """
    WITH old AS (
        SELECT id FROM notifications
        WHERE created_at < %(before)s AND due_at IS NULL AND coalesce(sent_at, created_at) < %(before)s
            AND (old_id = '' OR updated_at < %(before)s)
        ORDER BY created_at LIMIT %(piece)s FOR UPDATE SKIP LOCKED
    ), attempts AS (
        DELETE FROM delivery_logs d USING old WHERE d.notification_id = old.id
    )
    DELETE FROM notifications n USING old WHERE n.id = old.id
"""
_EVENTS = """
    DELETE FROM heard_events WHERE event_id IN (
        SELECT event_id FROM heard_events WHERE heard_at < %(before)s AND wake_at IS NULL
        ORDER BY heard_at LIMIT %(piece)s FOR UPDATE SKIP LOCKED
    )
"""


def notices_purge() -> int:
    """Delete notices older than the retention with their attempts, and the events they came from; returns how many.

    What waits to be sent is kept, however long ago it was written; and what came from the old system as long from
    its coming on.
    """
    before = timezone.now() - timedelta(days=settings.NOTICE_RETENTION_DAYS)
    # An event must be remembered for longer than it could still make notices.
    events_before = before - timedelta(days=settings.NOTICE_EVENT_DAYS)
    return _delete(_NOTICES, before) + _delete(_EVENTS, events_before)


def _delete(statement: str, before: datetime) -> int:
    total, count = 0, PIECE
    while count == PIECE:
        with all_companies("retention of notices"), connection.cursor() as cursor:
            cursor.execute(statement, {"before": before, "piece": PIECE})
            count = cursor.rowcount
        total += count
    return total
