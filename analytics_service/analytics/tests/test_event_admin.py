from uuid import UUID, uuid4

import pytest
from django.test import Client

from analytics_service.analytics.tests.factories import CachedMetricFactory, ReportFactory, StoredEventFactory
from common.security.tenancy import company_scope
from common.testing.staff import sign_in

pytestmark = pytest.mark.django_db
EVENTS = "/admin/analytics/storedevent/"


@pytest.fixture
def other_company() -> UUID:
    with company_scope(other := uuid4()):
        StoredEventFactory(company_id=other, type="foreign.event")
        ReportFactory(company_id=other, kind="foreign-report")
        CachedMetricFactory(company_id=other, member="foreign-metric")
    return other


@pytest.mark.parametrize("page", ["storedevent", "report", "cachedmetric"])
def test_a_manager_sees_only_the_companys_rows(
    client: Client, company_id: UUID, other_company: UUID, page: str
) -> None:
    with company_scope(company_id):
        StoredEventFactory(company_id=company_id, type="own-row")
        ReportFactory(company_id=company_id, kind="own-row")
        CachedMetricFactory(company_id=company_id, member="own-row")
    sign_in(client, role="company_manager", company_id=company_id)
    shown = client.get(f"/admin/analytics/{page}/").content.decode()
    assert "own-row" in shown
    assert "foreign" not in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, True),
        ({"q": "c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f"}, True),
        ({"q": "0a4f7c1e-2b3d-4e5f-8a6b-7c8d9e0f1a2b"}, False),
        ({"type": "employee.hired"}, True),
        ({"type": "employee.archived"}, False),
        ({"producer__exact": "employee"}, True),
        ({"producer__exact": "auth"}, False),
        ({"occurred_at__year": "2026", "occurred_at__month": "11", "occurred_at__day": "22"}, True),
        ({"occurred_at__year": "2025"}, False),
    ],
)
def test_events_are_found_by_subject_type_producer_and_day(
    client: Client, company_id: UUID, query: dict[str, str], found: bool
) -> None:
    with company_scope(company_id):
        event = StoredEventFactory.create(
            company_id=company_id, type="employee.hired", aggregate_id="c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f"
        )
    sign_in(client, role="super_admin")
    assert (f"{event.pk}/change/" in client.get(EVENTS, query).content.decode()) is found


def test_an_event_shows_its_contents(client: Client, company_id: UUID) -> None:
    with company_scope(company_id):
        event = StoredEventFactory.create(company_id=company_id, payload={"colour": "green"})
    sign_in(client, role="super_admin")
    assert "green" in client.get(f"{EVENTS}{event.pk}/change/").content.decode()


def test_who_may_only_view_reports_does_not_see_events(client: Client, company_id: UUID) -> None:
    sign_in(client, role="supervisor", company_id=company_id)
    assert client.get(EVENTS).status_code == 403
    assert client.get("/admin/analytics/report/").status_code == 200


def test_nothing_is_edited_by_hand(client: Client, other_company: UUID) -> None:
    sign_in(client, role="super_admin")
    assert client.get(f"{EVENTS}add/").status_code == 403
