"""Personal data in the notification service: notices, what they were made from, and people's preferences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from common.privacy.choices import Fate, Holding
from common.privacy.everywhere import ERASED_NAME
from common.privacy.plan import Plan, Rule, Share
from common.privacy.retention import count_of
from common.privacy.subjects import Erased, Line, Order, Subject
from notification_service.notifications.choices import Status
from notification_service.notifications.models import HeardEvent, Membership, Notification, Preference
from notification_service.notifications.services.retention import forgotten_before, notices_delete

NO_WORDS: dict[str, Any] = {"title": ERASED_NAME, "message": "", "metadata": {}}


def _notices(subject: Subject) -> QuerySet[Notification]:
    return Notification.objects.filter(company_id=subject.company_id, user_id=subject.user_id)


def _preferences(subject: Subject) -> QuerySet[Preference]:
    return Preference.objects.filter(pk=subject.user_id)


def _memberships(subject: Subject) -> QuerySet[Membership]:
    return Membership.objects.filter(user_id=subject.user_id, company_id=subject.company_id)


def _heard_about(ids: Sequence[UUID]) -> QuerySet[HeardEvent]:
    texts = [str(an_id) for an_id in ids]
    about = Q(payload__employee_id__in=texts) | Q(payload__user_id__in=texts)
    return HeardEvent.objects.filter(about).exclude(payload={})


def _notices_naming(ids: Sequence[UUID]) -> QuerySet[Notification]:
    """Notices to anybody that were made from events about these people: their wording has names in it."""
    return Notification.objects.filter(source_event_id__in=_heard_about(ids).values("event_id"))


def erase(order: Order) -> Erased:
    """Empty what the person was told, and what others were told of them. No law has notices kept."""
    subject = order.subject
    preferences = _preferences(subject).delete()[0] if order.account else 0
    emptied = _emptied(_notices(subject)) + erase_late([subject.employee_id])
    lines = [
        Line(holding=Holding.NOTICES, fate=Fate.MASKED, rows=emptied),
        Line(holding=Holding.PREFERENCES, fate=Fate.DELETED, rows=preferences),
    ]
    return Erased(lines=lines)


def erase_late(ids: Sequence[UUID]) -> int:
    """Empty notices about these people, and what they were made from; returns how many rows that were."""
    emptied = _emptied(_notices_naming(ids))
    # The events stay, so that reading them anew makes no notice; what they said goes.
    return emptied + _heard_about(ids).update(payload={}, wake_at=None)


def _emptied(notices: QuerySet[Notification]) -> int:
    """Take the words out of notices; those that wait are not sent any more."""
    waiting = notices.filter(status=Status.PENDING)
    count = waiting.update(**NO_WORDS, status=Status.FAILED, due_at=None, lease=None, error="erased")
    return count + notices.exclude(title=ERASED_NAME, message="").update(**NO_WORDS)


def _notices_due(before: datetime) -> int:
    notices = "SELECT count(*) FROM notifications WHERE created_at < %s AND due_at IS NULL"
    events = "SELECT count(*) FROM heard_events WHERE heard_at < %s AND wake_at IS NULL"
    return count_of(notices, before) + count_of(events, forgotten_before(before))


plan = Plan(
    shares=(
        Share(Holding.NOTICES, _notices),
        Share(Holding.PREFERENCES, _preferences),
        Share(Holding.MEMBERSHIPS, _memberships),
    ),
    erase=erase,
    erase_late=erase_late,
    rules=(
        Rule(
            "notifications",
            _("Notices, after they were made or sent"),
            settings.NOTICE_RETENTION_DAYS,
            _notices_due,
            notices_delete,
        ),
    ),
)
