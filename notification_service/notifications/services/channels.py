"""Whether a channel's provider can be reached: while it cannot, one attempt is made now and then, not one a notice."""

import random
from datetime import timedelta

import structlog
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from notification_service.notifications.models import ChannelState

SHORTEST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
log = structlog.get_logger(__name__)


def channel_may_try(channel: str) -> bool:
    """Whether it is time to try the channel's provider."""
    state = ChannelState.objects.filter(pk=channel).first()
    return state is None or state.down_since is None or state.retry_at <= timezone.now()


def channel_failed(channel: str, error: str) -> None:
    """Note that the provider could not be reached; the next attempt follows after a pause that doubles."""
    log.warning("notices cannot be delivered", channel=channel, error=error)
    failures = ChannelState.objects.filter(pk=channel).values_list("failures", flat=True).first() or 0
    pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(failures, 10)) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channel_states AS known (channel, failures, down_since, retry_at, error, updated_at)"
            " VALUES (%s, 1, %s, %s, %s, %s) ON CONFLICT (channel) DO UPDATE SET failures = known.failures + 1,"
            " down_since = coalesce(known.down_since, excluded.down_since), retry_at = excluded.retry_at,"
            " error = excluded.error, updated_at = excluded.updated_at",
            [channel, now, now + timedelta(seconds=pause), error, now],
        )


def channel_worked(channel: str) -> None:
    """Note that the provider took a notice."""
    ChannelState.objects.filter(pk=channel, down_since__isnull=False).update(
        failures=0, down_since=None, error="", updated_at=timezone.now()
    )


def channels_try_now(channels: QuerySet[ChannelState]) -> None:
    """Let the next round try the providers, however long they have been down."""
    channels.update(retry_at=timezone.now())


def channel_health(channel: str) -> dict[str, str]:
    """``{"status": "up"}``, or down since the last attempt to reach the provider failed."""
    down = ChannelState.objects.filter(pk=channel, down_since__isnull=False).exists()
    return {"status": "down" if down else "up"}
