"""Makes notices from the events that were taken down."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.contracts.base import Event, catalogue, from_wire
from common.security.tenancy import all_companies
from notification_service.notifications.models import HeardEvent, Notification
from notification_service.notifications.rules import Rule, rules_of
from notification_service.notifications.services.facts import KnownFacts, NotYetKnownError
from notification_service.notifications.services.notices import notice_from, notices_create
from notification_service.notifications.services.people import wants
from notification_service.notifications.services.wording import spelled

BATCH = 500
ROUNDS = 20
LONGEST_WAIT = timedelta(minutes=5)
log = structlog.get_logger(__name__)


def notices_compose() -> int:
    """Make the notices of all events whose time has come; returns how many."""
    made = 0
    for _round in range(ROUNDS):
        with all_companies("notices are made for every company"):
            heard = list(
                HeardEvent.objects.select_for_update(skip_locked=True)
                .filter(wake_at__lte=timezone.now())
                .order_by("wake_at", "occurred_at")[:BATCH]
            )
            made += _compose(heard)
        if len(heard) < BATCH:
            break
    return made


def _compose(heard: Sequence[HeardEvent]) -> int:
    events = [(row, from_wire(catalogue()[row.type], row.payload)) for row in heard]
    facts = KnownFacts([event for _row, event in events])
    notices: list[Notification] = []
    for row, event in events:
        notices += _attempt(row, event, facts)
    if notices:
        notices_create(notices, facts.template_names())
        transaction.on_commit(_ring, robust=True)
    _remember(heard)
    return len(notices)


def _remember(heard: Sequence[HeardEvent]) -> None:
    """Most events are through at the first attempt, and alike then: one plain statement serves them."""
    through = [row.pk for row in heard if row.wake_at is None and not row.waits_for]
    HeardEvent.objects.filter(pk__in=through).update(
        wake_at=None, attempts=F("attempts") + 1, waits_for="", payload={}
    )
    others = [row for row in heard if row.wake_at is not None or row.waits_for]
    if others:
        HeardEvent.objects.bulk_update(others, ["wake_at", "attempts", "waits_for"], batch_size=500)


def _attempt(row: HeardEvent, event: Event, facts: KnownFacts) -> list[Notification]:
    """The notices of one event; none while it waits. A fault of one must not hold up the others."""
    now = timezone.now()
    row.attempts += 1
    facts.heard_for = now - row.heard_at
    try:
        notices = list(_notices_of(row, event, facts))
    except NotYetKnownError as missing:
        row.waits_for = str(missing)
    except Exception as error:
        log.exception("notices cannot be made", type=row.type, event_id=str(row.event_id))
        row.waits_for = f"{type(error).__name__}: {error}"
    else:
        row.wake_at, row.waits_for, row.payload = None, "", {}
        return notices
    if now - row.occurred_at > timedelta(days=settings.NOTICE_EVENT_DAYS):
        log.error("notices given up", type=row.type, event_id=str(row.event_id), waits_for=row.waits_for)
        row.wake_at = None
    else:
        pause = min(LONGEST_WAIT, timedelta(seconds=2 ** min(row.attempts, 9)))
        row.wake_at = now + pause * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    return []


def _notices_of(row: HeardEvent, event: Event, facts: KnownFacts) -> Iterator[Notification]:
    told = set()
    for rule in _applying(rules_of(event), event):
        values = rule.says(event, facts)
        for user_id in facts.recipients(rule, event):
            preference = facts.preference(user_id)
            words = None
            for template in facts.templates(event, rule.name):
                # Who is told as the person concerned need not be told as their manager.
                if (user_id, template.type) in told or not wants(preference, template.type, rule.category):
                    continue
                told.add((user_id, template.type))
                words = words or spelled(values, preference.language)
                yield notice_from(
                    template,
                    words,
                    preference,
                    language=preference.language,
                    priority=rule.priority(event),
                    metadata={"event": row.type},
                    source_event_id=row.event_id,
                )


def _applying(rules: Iterable[Rule], event: Event) -> Iterator[Rule]:
    return (rule for rule in rules if rule.when(event))


def _ring() -> None:
    """Have the notices delivered now; the poll would do it within two seconds anyway."""
    current_app.send_task("notification.deliver", ignore_result=True)
