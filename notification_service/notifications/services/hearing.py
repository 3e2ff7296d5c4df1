"""Takes down the events that notices are made from."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.contracts.base import to_wire
from common.messaging.consumers import Received
from notification_service.notifications.models import HeardEvent
from notification_service.notifications.rules import rules_of

log = structlog.get_logger(__name__)


def events_hear(received: Sequence[Received]) -> int:
    """Take down each event that makes a notice, once however often it is heard; returns how many are worth it.

    What is older than NOTICE_EVENT_DAYS is no news any more.
    """
    now = timezone.now()
    oldest = now - timedelta(days=settings.NOTICE_EVENT_DAYS)
    heard = [
        HeardEvent(
            event_id=meta.id,
            company_id=meta.company_id,
            type=meta.type,
            payload=to_wire(event),
            actor_id=meta.actor_id,
            occurred_at=meta.occurred_at,
            # Given and not left to the database, so that many are written as a few arrays.
            heard_at=now,
            wake_at=now,
        )
        for event, meta in received
        if meta.occurred_at >= oldest and any(rule.when(event) for rule in rules_of(event))
    ]
    if heard:
        HeardEvent.objects.bulk_create(heard, ignore_conflicts=True, batch_size=1000)
        transaction.on_commit(_ring, robust=True)
    return len(heard)


def events_try_now(events: QuerySet[HeardEvent]) -> None:
    """Let the next round make the notices of the events among these that still wait."""
    events.filter(wake_at__isnull=False).update(wake_at=timezone.now())


def _ring() -> None:
    """Have the notices made now; the poll would do it within two seconds anyway."""
    current_app.send_task("notification.compose", ignore_result=True)
