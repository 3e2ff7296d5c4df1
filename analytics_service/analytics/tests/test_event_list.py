from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from analytics_service.analytics.models import StoredEvent
from analytics_service.analytics.tests.factories import StoredEventFactory
from common.security.tenancy import all_companies, company_scope

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


def make(company_id: UUID, count: int = 1, **values: Any) -> list[StoredEvent]:
    with company_scope(company_id):
        return [
            StoredEventFactory.create(
                company_id=company_id, **{"occurred_at": NOON + timedelta(minutes=minute), **values}
            )
            for minute in range(count)
        ]


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [event["id"] for event in answer.json()["events"]]


def test_an_event_is_answered_as_it_was_published(manager: Any, company_id: UUID) -> None:
    [event] = make(company_id, payload={"employee_id": "x"}, type="employee.archived", position=7)
    [answer] = manager.get("/events").json()["events"]
    assert answer["id"] == str(event.id)
    assert (answer["producer"], answer["position"], answer["type"]) == ("employee", 7, "employee.archived")
    assert answer["payload"] == {"employee_id": "x"}
    assert answer["occurred_at"] == "2026-11-22T12:00:00Z"


def test_the_list_is_walked_newest_first_by_cursor(manager: Any, company_id: UUID) -> None:
    made = [str(event.id) for event in make(company_id, 3)]
    first = manager.get("/events?limit=2")
    assert ids(first) == made[:0:-1]
    pagination = first.json()["pagination"]
    assert set(pagination) == {"limit", "next_cursor"}
    rest = manager.get(f"/events?limit=2&cursor={pagination['next_cursor']}")
    assert ids(rest) == made[:1]
    assert rest.json()["pagination"]["next_cursor"] is None


def test_the_list_is_filtered_by_type(manager: Any, company_id: UUID) -> None:
    [hired] = make(company_id, type="employee.hired")
    make(company_id, type="employee.archived")
    assert ids(manager.get("/events?type=employee.hired")) == [str(hired.id)]


def test_a_company_sees_neither_anothers_events_nor_those_of_no_company(
    manager: Any, api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    [ours] = make(company_id)
    make(uuid4())
    with all_companies("an event of no company"):
        StoredEventFactory(company_id=None, type="session.created")
    assert ids(manager.get("/events")) == [str(ours.id)]
    assert len(ids(api(person_token(role="super_admin")).get("/events"))) == 3


@pytest.mark.parametrize("role", ["employee", "supervisor"])
def test_what_events_say_is_for_those_who_may_take_data_out(
    api: Client, person_token: Callable[..., str], company_id: UUID, role: str
) -> None:
    [event] = make(company_id, payload={"amount": "10.000"})
    answer = api(person_token(role=role, company_id=company_id)).get("/events")
    assert ids(answer) == [str(event.id)]
    assert "payload" not in answer.json()["events"][0]


def test_a_worker_sees_no_events(api: Client, person_token: Callable[..., str], company_id: UUID) -> None:
    assert api(person_token(role="worker", company_id=company_id)).get("/events").status_code == 403


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=1&cursor=", "producer=payroll", "limit=0", "limit=101", "cursor=x", "type=a&type=b",
     "aggregate_id=1", "from=yesterday", "to=%00"],
)  # fmt: skip
def test_what_the_list_does_not_know_is_refused(manager: Any, query: str) -> None:
    assert manager.get(f"/events?{query}").status_code == 422


def test_the_list_is_filtered_by_producer_subject_and_time(manager: Any, company_id: UUID) -> None:
    first, second, third = make(company_id, 3)
    [uploaded] = make(company_id, producer="document", occurred_at=NOON - timedelta(days=1))
    assert ids(manager.get("/events?producer=document")) == [str(uploaded.id)]
    assert ids(manager.get(f"/events?aggregate_id={second.aggregate_id}")) == [str(second.id)]
    minute = {"from": "2026-11-22T12:01:00Z", "to": "2026-11-22T12:02:00Z"}
    assert ids(manager.get("/events", minute)) == [str(second.id)]
    assert ids(manager.get("/events", {"to": minute["from"]})) == [str(first.id), str(uploaded.id)]
    assert ids(manager.get("/events", {"from": minute["to"]})) == [str(third.id)]


def test_pages_are_counted_when_they_are_asked_for(manager: Any, company_id: UUID) -> None:
    made = [str(event.id) for event in make(company_id, 3)]
    answer = manager.get("/events?page=2&limit=2")
    assert ids(answer) == made[:1]
    pagination = answer.json()["pagination"]
    assert (pagination["page"], pagination["total"], pagination["pages"]) == (2, 3, 2)


def test_an_administrator_may_look_at_one_company(
    manager: Any, api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    make(company_id)
    [theirs] = make(other := uuid4())
    chief = api(person_token(role="super_admin"))
    assert ids(chief.get(f"/events?company_id={other}")) == [str(theirs.id)]
    assert ids(manager.get(f"/events?company_id={other}")) == []
