"""What was refused: counted in the database, where Prometheus and operators find it, and logged."""

import time
from collections.abc import Iterator
from enum import StrEnum

import structlog
from django.db import DatabaseError, InterfaceError, connection
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric

from common.messaging.models import Refusal

LOGGED_EVERY = 1.0
"""Seconds between two lines for the same reason and sender: a flood must not fill the disk."""
_COUNT = (
    "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))"
    " INSERT INTO refused_messages AS kept (reason, sender, count) SELECT %s, %s, %s FROM quick"
    " ON CONFLICT (reason, sender) DO UPDATE SET count = kept.count + excluded.count, last_at = clock_timestamp()"
)
log = structlog.get_logger(__name__)
_logged: dict[tuple[str, str], float] = {}


class Reason(StrEnum):
    """Why something that came in was not acted on."""

    UNREADABLE = "unreadable"
    UNSIGNED = "unsigned"
    UNKNOWN_SENDER = "unknown_sender"
    FORGED = "forged"
    FOREIGN = "foreign"
    EXPIRED = "expired"
    UNKNOWN_TASK = "unknown_task"
    NOT_PERMITTED = "not_permitted"
    REPLAYED = "replayed"
    STALE = "stale"
    BELL = "bell"
    CACHE = "cache"


def refuse(reason: Reason, *, sender: str = "", count: int = 1, **context: str | int) -> None:
    """Count and log it. ``sender`` is a service that is known by its key, never what a message claims.

    Never raises: whatever is the matter, the next message's turn comes.
    """
    now = time.monotonic()
    if now - _logged.get((reason, sender), float("-inf")) >= LOGGED_EVERY:
        _logged[reason, sender] = now
        log.warning("refused", reason=str(reason), sender=sender, **context)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [str(reason), sender, count])
    except (DatabaseError, InterfaceError):
        log.exception("a refusal could not be counted", reason=str(reason), sender=sender)
        if not connection.in_atomic_block:
            connection.close()


def refusal_metrics() -> Iterator[Metric]:
    """How often what was refused, for Prometheus."""
    family = CounterMetricFamily(
        "hrms_refused_messages",
        "Messages, bells and cache entries that were refused.",
        labels=["reason", "sender"],
    )
    for reason, sender, count in Refusal.objects.values_list("reason", "sender", "count"):
        family.add_metric([reason, sender], count)
    yield family
