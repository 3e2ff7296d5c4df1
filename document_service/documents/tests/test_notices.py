from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from common.days import today
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies, company_scope
from common.testing.threads import run_all
from document_service.documents.models import ExpiryNotice
from document_service.documents.services.notices import documents_announce
from document_service.documents.tasks import announce_expiries
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.factories import DocumentFactory
from document_service.documents.tests.files import send_version, sent

END = date(2027, 3, 1)


def told() -> list[tuple[str, int, int]]:
    """Type, step and days left of each notice, in order."""
    with all_companies("test"):
        events = EventRecord.objects.filter(type__in=["document.expiring", "document.expired"]).order_by("id")
        return [(event.type, event.payload["step"], event.payload["days_left"]) for event in events]


def days_before(days: int) -> date:
    return END - timedelta(days=days)


@pytest.fixture
def passport(db: None, company_id: UUID) -> Any:
    with company_scope(company_id):
        return DocumentFactory(
            company_id=company_id, title="Passport", document_type="passport", expires_on=END
        )


def test_each_step_is_told_of_once_until_the_end_and_weekly_after_it(passport: Any) -> None:
    for days in range(100, -10, -1):
        documents_announce(days_before(days))
        documents_announce(days_before(days))
    expiring, expired = "document.expiring", "document.expired"
    steps = [(expiring, step, step) for step in (90, 60, 30, 14, 7, 0)]
    assert told() == [*steps, (expired, -1, -1), (expired, -7, -7)]


def test_after_days_without_a_run_the_most_urgent_step_is_told_and_none_later(
    passport: Any, company_id: UUID
) -> None:
    documents_announce(days_before(65))
    noted = documents_announce(days_before(10))
    assert (noted.steps, noted.notices) == (3, 1)
    assert told() == [("document.expiring", 90, 65), ("document.expiring", 14, 10)]
    assert documents_announce(days_before(40)).notices == 0
    with company_scope(company_id):
        assert set(ExpiryNotice.objects.values_list("step", flat=True)) == {90, 60, 30, 14}


def test_a_renewal_ends_the_notices_of_the_old_end_and_begins_new_ones(db: None, manager: Any) -> None:
    document = sent(manager, expires_on=str(END), document_number="A1")
    documents_announce(days_before(30))
    later = END + timedelta(days=3650)
    version = send_version(manager, document["id"], expires_on=str(later), document_number="A2345").json()
    assert version["version"]["expires_on"] == str(later)
    now = manager.get(f"/documents/{document['id']}").json()["document"]
    assert (now["expires_on"], now["document_number"]) == (str(later), "••••345")
    documents_announce(days_before(7))
    documents_announce(days_before(-7))
    documents_announce(later - timedelta(days=90))
    assert told() == [("document.expiring", 30, 30), ("document.expiring", 90, 90)]
    kept = manager.get(f"/documents/{document['id']}/versions").json()["versions"]
    assert [row["expires_on"] for row in kept] == [str(later), str(END)]


def test_a_version_without_a_new_end_is_no_renewal(db: None, manager: Any) -> None:
    document = sent(manager, expires_on=str(END))
    send_version(manager, document["id"])
    assert manager.get(f"/documents/{document['id']}").json()["document"]["expires_on"] == str(END)


def test_archived_documents_and_those_without_an_end_are_left_alone(db: None, company_id: UUID) -> None:
    with company_scope(company_id):
        DocumentFactory(company_id=company_id, expires_on=END, is_archived=True)
        DocumentFactory(company_id=company_id)
    assert documents_announce(END).notices == 0


def test_the_daily_run_goes_by_the_companies_day(db: None, company_id: UUID) -> None:
    with company_scope(company_id):
        document = DocumentFactory(company_id=company_id, expires_on=today() + timedelta(days=14))
    announce_expiries()
    assert told() == [("document.expiring", 14, 14)]
    with company_scope(company_id):
        event = EventRecord.objects.get(type="document.expiring")
    assert event.payload["document_id"] == str(document.id)


def test_many_documents_are_told_of_in_batches(db: None, company_id: UUID) -> None:
    with company_scope(company_id):
        DocumentFactory.create_batch(7, company_id=company_id, expires_on=END)
    assert documents_announce(days_before(7), batch=3).notices == 7
    assert len(told()) == 7


def test_two_runs_at_once_tell_of_nothing_twice(committed_db: None, company_id: UUID) -> None:
    with company_scope(company_id):
        DocumentFactory.create_batch(20, company_id=company_id, expires_on=END)
    run_all([lambda: documents_announce(days_before(30), batch=6)] * 3)
    assert told() == [("document.expiring", 30, 30)] * 20


def test_documents_are_listed_by_their_end(db: None, manager: Any, as_role: Client) -> None:
    sent(manager, title="soon", expires_on="2027-01-10", document_type="passport")
    sent(manager, title="later", expires_on="2028-01-10")
    sent(manager, title="never")

    def titles(query: str) -> list[str]:
        return [row["title"] for row in manager.get(f"/documents?{query}").json()["documents"]]

    assert titles("expires_before=2027-12-31") == ["soon"]
    assert titles("expires_after=2027-12-31") == ["later"]
    assert titles("document_type=passport") == ["soon"]
