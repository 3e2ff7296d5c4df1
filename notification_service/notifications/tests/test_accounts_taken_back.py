"""What becomes of notices when an import takes the accounts of their readers back."""

from uuid import UUID, uuid4

import msgspec
import pytest

from common.contracts.auth import UserDeleted
from common.contracts.base import to_wire
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.security.tenancy import all_companies
from common.testing.contracts import sample_envelope
from common.testing.legacy_runs import events_published
from notification_service.notifications.choices import Status
from notification_service.notifications.models import DeliveryLog, Notification, Preference
from notification_service.notifications.services.delivery import notices_deliver
from notification_service.notifications.tests.factories import (
    DeliveryLogFactory,
    NotificationFactory,
    PreferenceFactory,
    UserRefFactory,
)

pytestmark = pytest.mark.usefixtures("db")


def told_person(company_id: UUID) -> UUID:
    """Somebody with two notices, one of which failed just now and one that waits, and with ways of their own."""
    with all_companies("test"):
        person = UserRefFactory(company_ids=[company_id]).user_id
        DeliveryLogFactory(notification__company_id=company_id, notification__user_id=person)
        NotificationFactory(company_id=company_id, user_id=person, status=Status.PENDING)
        PreferenceFactory(user_id=person)
    return person


def account_goes(user_id: UUID, company_id: UUID, source: str) -> None:
    gone = to_wire(UserDeleted(user_id=user_id, source=source))
    envelope = msgspec.structs.replace(sample_envelope("user.deleted"), company_id=company_id, payload=gone)
    with all_companies("as the inbox runs"):
        dispatch(registry, "auth", [envelope])


def readers() -> set[UUID]:
    with all_companies("test"):
        notices = set(Notification.objects.values_list("user_id", flat=True))
        assert set(DeliveryLog.objects.values_list("notification__user_id", flat=True)) == notices
        assert set(Preference.objects.values_list("user_id", flat=True)) == notices
    return notices


def test_with_an_account_that_an_import_takes_back_go_its_notices_and_nobody_elses() -> None:
    company_id = uuid4()
    gone, stays = told_person(company_id), told_person(company_id)
    account_goes(gone, company_id, "import")
    notices_deliver()
    assert readers() == {stays}
    removed = [payload["user_id"] for kind, payload in events_published() if kind == "notification.removed"]
    assert removed == [str(gone)] * 2


def test_notices_of_an_account_that_goes_for_another_reason_stay() -> None:
    company_id = uuid4()
    person = told_person(company_id)
    account_goes(person, company_id, "")
    assert readers() == {person}


def test_nobody_can_remove_attempts_to_reach_somebody_who_has_an_account() -> None:
    person = told_person(uuid4())
    with all_companies("test"):
        ids = list(Notification.objects.values_list("id", flat=True))
        found = DeliveryLog.objects.raw("SELECT * FROM delivery_logs_forget_with_account(%s)", [ids])
        assert list(found) == []
    assert readers() == {person}
