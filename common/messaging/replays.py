"""Which messages were handled: the same one a second time is a replay.

Noted when a message is done, not when it comes: one whose worker was killed is delivered again, and rightly so.
"""

import time
from datetime import UTC, datetime
from typing import Any

import structlog
from celery.signals import task_postrun
from django.db import DatabaseError, InterfaceError, connection

PRUNED_EVERY = 60.0
log = structlog.get_logger(__name__)
# Losing the last ones in a crash of the server is no harm: fences and cursors make a repetition change nothing.
_NOTE = (
    "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))"
    " INSERT INTO handled_messages (id, expires_at) SELECT %s, %s FROM quick ON CONFLICT DO NOTHING"
)
_pruned_at = float("-inf")


def was_handled(message_id: str) -> bool:
    """Whether the message is done; False when the database does not answer, without which no task does anything."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM handled_messages WHERE id = %s", [message_id])
            return cursor.fetchone() is not None
    except (DatabaseError, InterfaceError):
        log.exception("replays could not be looked for")
        connection.close()
        return False


def note_handled(message_id: str, until: int) -> None:
    """The message is done, and any copy of it until ``until`` (Unix time) a replay."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [message_id, datetime.fromtimestamp(until, UTC)])
        _prune()
    except (DatabaseError, InterfaceError):
        log.exception("a handled message could not be noted")
        connection.close()


@task_postrun.connect
def note_done(task_id: str, task: Any, **_kwargs: Any) -> None:
    """A worker has run a message's task, well or badly."""
    until = task.request.get("until")
    if until is not None:
        note_handled(task_id, int(until))


def _prune() -> None:
    """Forget, now and then, what is refused for its age anyway."""
    global _pruned_at  # noqa: PLW0603 - when this process last did it
    if time.monotonic() - _pruned_at < PRUNED_EVERY:
        return
    _pruned_at = time.monotonic()
    with connection.cursor() as cursor:
        # Later than a message is refused, by the most that clocks may differ.
        cursor.execute(
            "DELETE FROM handled_messages WHERE expires_at < clock_timestamp() - interval '1 minute'"
        )
