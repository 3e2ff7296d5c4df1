"""What is forgotten in time, what the service says of itself, and when the background works."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import notification_service.notifications.tasks  # noqa: F401  (the schedule names its tasks)
from common.privacy.tasks import carry_out_retention
from common.security.tenancy import all_companies, company_scope
from notification_service.notifications.choices import Channel, Status
from notification_service.notifications.models import ChannelState, DeliveryLog, HeardEvent, Notification
from notification_service.notifications.providers import provider_of
from notification_service.notifications.providers.log import LoggingProvider
from notification_service.notifications.services.retention import notices_purge
from notification_service.notifications.tests.factories import DeliveryLogFactory, NotificationFactory

pytestmark = pytest.mark.django_db


def test_notices_and_their_attempts_are_forgotten_after_ninety_days_but_not_what_still_waits() -> None:
    old, younger = timezone.now() - timedelta(days=91), timezone.now() - timedelta(days=89)
    with all_companies("test"):
        gone = DeliveryLogFactory(notification__created_at=old, notification__sent_at=old)
        kept = [
            NotificationFactory(created_at=younger),
            NotificationFactory(created_at=old, sent_at=younger),
            NotificationFactory(created_at=old, status=Status.PENDING),
        ]
        for heard_at, wake_at in ((timezone.now() - timedelta(days=121), None), (old, None)):
            HeardEvent.objects.create(
                event_id=uuid4(), type="test", occurred_at=heard_at, heard_at=heard_at, wake_at=wake_at
            )
    carry_out_retention()
    with all_companies("test"):
        assert set(Notification.objects.values_list("pk", flat=True)) == {notice.pk for notice in kept}
        assert not DeliveryLog.objects.filter(pk=gone.pk).exists()
        assert HeardEvent.objects.count() == 1
    assert notices_purge() == 0


def test_health_tells_whether_mail_leaves(api: Callable[..., Any]) -> None:
    healthy = api().get("/health").json()
    assert (healthy["email_service"], healthy["sms_service"]) == ({"status": "up"}, {"status": "up"})
    ChannelState.objects.create(channel="email", down_since=timezone.now(), failures=1)
    assert api().get("/health").json()["email_service"] == {"status": "down"}


def test_channels_go_to_the_log_until_somebody_names_a_provider() -> None:
    assert isinstance(provider_of(Channel.SMS), LoggingProvider)
    assert isinstance(provider_of(Channel.PUSH), LoggingProvider)
    with pytest.raises(KeyError):
        provider_of(Channel.IN_APP)


def test_the_background_work_is_scheduled_by_tasks_that_exist() -> None:
    scheduled = {entry["task"] for entry in django_settings.BEAT_SCHEDULE.values()}
    assert {"notification.compose", "notification.deliver"} <= scheduled
    assert scheduled <= set(current_app.tasks)


@pytest.mark.parametrize("query", ["limit=50", "limit=50&cursor=", "limit=50&unread_only=true"])
def test_a_list_takes_as_many_statements_for_fifty_as_for_one(
    api: Callable[..., Any], person_token: Callable[..., str], company_id: UUID, query: str
) -> None:
    person_id = uuid4()
    client = api(person_token(role="worker", company_id=company_id, user_id=person_id))
    counts = []
    for more in (1, 59):
        with company_scope(company_id):
            NotificationFactory.create_batch(more, company_id=company_id, user_id=person_id)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/notifications?{query}").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
