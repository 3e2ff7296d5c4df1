from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.security.tenancy import company_scope
from notification_service.notifications.choices import Channel, Priority, Status
from notification_service.notifications.models import Notification
from notification_service.notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
READ_AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def person_id() -> UUID:
    return uuid4()


@pytest.fixture
def worker(api: Client, person_token: Callable[..., str], company_id: UUID, person_id: UUID) -> Any:
    return api(person_token(role="worker", company_id=company_id, user_id=person_id))


def make(company_id: UUID, person_id: UUID, count: int = 1, **values: Any) -> list[Notification]:
    with company_scope(company_id):
        return NotificationFactory.create_batch(count, company_id=company_id, user_id=person_id, **values)


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [notice["title"] for notice in answer.json()["notifications"]]


def test_a_notice_is_answered_without_the_times_that_have_not_come(
    worker: Any, company_id: UUID, person_id: UUID
) -> None:
    [notice] = make(company_id, person_id, metadata={"leave": "annual"})
    [answer] = worker.get("/notifications").json()["notifications"]
    single = worker.get(f"/notifications/{notice.id}").json()["notification"]
    for shown in (answer, single):
        shown |= {name: datetime.fromisoformat(shown[name]) for name in ("created_at", "updated_at")}
    assert answer == single
    assert answer["metadata"] == {"leave": "annual"}
    assert (answer["type"], answer["status"], answer["priority"]) == ("in_app", "delivered", "normal")
    assert not {"template_id", "scheduled_at", "sent_at", "read_at"} & answer.keys()


def test_a_notice_is_for_its_reader_alone(
    worker: Any, api: Client, person_token: Callable[..., str], company_id: UUID, person_id: UUID
) -> None:
    [mine] = make(company_id, person_id)
    [colleagues] = make(company_id, uuid4())
    assert titles(worker.get("/notifications")) == [mine.title]
    assert worker.get(f"/notifications/{colleagues.id}").status_code == 404
    manager = api(person_token(role="company_manager", company_id=company_id))
    assert titles(manager.get("/notifications")) == []
    assert manager.get(f"/notifications/{mine.id}").status_code == 404


def test_a_person_of_two_companies_reads_the_notices_of_the_one_they_act_for(
    worker: Any, company_id: UUID, person_id: UUID
) -> None:
    make(uuid4(), person_id)
    [here] = make(company_id, person_id)
    assert titles(worker.get("/notifications")) == [here.title]


def test_an_administrator_of_all_companies_reads_their_own_notices_from_all_of_them(
    api: Client, person_token: Callable[..., str], person_id: UUID
) -> None:
    make(uuid4(), person_id)
    make(uuid4(), person_id)
    make(uuid4(), uuid4())
    assert len(titles(api(person_token(role="super_admin", user_id=person_id)).get("/notifications"))) == 2


def test_the_list_is_paged_and_walked_newest_first(worker: Any, company_id: UUID, person_id: UUID) -> None:
    made = [notice.title for notice in make(company_id, person_id, 3)]
    first = worker.get("/notifications?limit=2")
    assert titles(first) == made[:0:-1]
    pagination = first.json()["pagination"]
    assert (pagination["total"], pagination["pages"]) == (3, 2)
    rest = worker.get(f"/notifications?limit=2&cursor={pagination['next_cursor']}")
    assert titles(rest) == made[:1]
    assert rest.json()["pagination"]["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=email", {"mail"}),
        ("status=read", {"read"}),
        ("priority=urgent", {"mail"}),
        ("unread_only=true", {"mail"}),
        ("unread_only=false", {"mail", "read"}),
    ],
)
def test_the_list_is_filtered(
    worker: Any, company_id: UUID, person_id: UUID, query: str, found: set[str]
) -> None:
    make(company_id, person_id, title="mail", type=Channel.EMAIL, priority=Priority.URGENT)
    make(company_id, person_id, title="read", status=Status.READ, read_at=READ_AT)
    assert set(titles(worker.get(f"/notifications?{query}"))) == found


@pytest.mark.parametrize(
    "query", ["user_id=1", "type=pigeon", "status=lost", "unread_only=maybe", "limit=1000"]
)
def test_what_the_list_does_not_know_is_refused(worker: Any, query: str) -> None:
    assert worker.get(f"/notifications?{query}").status_code == 422


def test_notices_are_for_people_who_are_signed_in(api: Client) -> None:
    assert api().get("/notifications").status_code == 401
