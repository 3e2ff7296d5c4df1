"""Notices to and about an erased person lose their words, and what waits is not sent."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Order, Subject
from common.reference.models import EmployeeRef, UserRef
from common.security.tenancy import all_companies, company_scope, person_scope
from notification_service.notifications.choices import Status
from notification_service.notifications.models import HeardEvent, Notification, Preference
from notification_service.notifications.tests.factories import (
    EmployeeRefFactory,
    NotificationFactory,
    UserRefFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(company_id: UUID) -> Subject:
    return Subject(company_id=company_id, employee_id=uuid4(), user_id=uuid4())


@pytest.fixture
def notices(subject: Subject) -> dict[str, Any]:
    """One to the person that waits, one about them to somebody else, one that has nothing to do with them."""
    with company_scope(subject.company_id):
        event = HeardEvent.objects.create(
            event_id=uuid4(),
            company_id=subject.company_id,
            type="leave.requested",
            payload={"employee_id": str(subject.employee_id)},
            occurred_at=timezone.now(),
        )
        made = {
            "own": NotificationFactory(
                company_id=subject.company_id, user_id=subject.user_id, status=Status.PENDING, title="Noura"
            ),
            "about": NotificationFactory(
                company_id=subject.company_id, source_event_id=event.pk, title="Noura asks for leave"
            ),
            "other": NotificationFactory(company_id=subject.company_id, title="Somebody else"),
        }
    with person_scope(subject.user_id):
        Preference.objects.create(user_id=subject.user_id)
    return made


def test_notices_and_preferences_are_told_of(subject: Subject, notices: dict[str, Any]) -> None:
    held = {section.holding: section.rows for section in share_collect(subject)}
    assert [row["title"] for row in held["notices"]] == ["Noura"]
    assert len(held["preferences"]) == 1


def test_their_words_go_and_what_waits_is_not_sent(subject: Subject, notices: dict[str, Any]) -> None:
    with all_companies("test"):
        EmployeeRefFactory(employee_id=subject.employee_id, company_id=subject.company_id)
        UserRefFactory(user_id=subject.user_id)
    share_erase(Order(request_id=uuid4(), subject=subject, account=True))
    with all_companies("test"):
        titles = {name: Notification.objects.get(pk=notice.pk).title for name, notice in notices.items()}
        assert titles == {"own": "—", "about": "—", "other": "Somebody else"}
        own = Notification.objects.get(pk=notices["own"].pk)
        assert (own.status, own.due_at, own.message) == (Status.FAILED, None, "")
        assert not Preference.objects.exists()
        assert HeardEvent.objects.get().payload == {}
        assert EmployeeRef.objects.get().first_name == "—"
        assert UserRef.objects.get().email == f"erased-{subject.user_id}@erased.invalid"
