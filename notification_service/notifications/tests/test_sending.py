"""Sending a notice by hand, and what its reader does with it."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from common.security.tenancy import all_companies, company_scope
from notification_service.notifications.choices import Channel, Status
from notification_service.notifications.models import Notification, Template
from notification_service.notifications.services.delivery import notices_deliver
from notification_service.notifications.tests.factories import (
    NotificationFactory,
    PreferenceFactory,
    TemplateFactory,
    UserRefFactory,
)

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
Events = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


@pytest.fixture
def person_id(company_id: UUID) -> UUID:
    with all_companies("test"):
        reader: UUID = UserRefFactory(company_ids=[company_id]).user_id
    return reader


@pytest.fixture
def reader(api: Client, person_token: Callable[..., str], company_id: UUID, person_id: UUID) -> Any:
    return api(person_token(role="worker", company_id=company_id, user_id=person_id))


@pytest.fixture
def template(company_id: UUID) -> Template:
    with company_scope(company_id):
        found: Template = TemplateFactory(company_id=company_id, type=Channel.IN_APP)
    return found


@pytest.fixture
def body(template: Template, person_id: UUID) -> dict[str, Any]:
    return {
        "user_id": str(person_id),
        "type": template.type,
        "template_id": str(template.pk),
        "variables": {"name": "سارة"},
    }


def of_channel(company_id: UUID, channel: str, **values: Any) -> dict[str, str]:
    with company_scope(company_id):
        made = TemplateFactory(company_id=company_id, type=channel, **values)
    return {"template_id": str(made.pk), "type": channel}


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_notice_is_worded_and_lies_in_the_application_at_once(
    manager: Any, reader: Any, body: dict[str, Any], events: Events
) -> None:
    answer = manager.post("/notifications", body | {"priority": "high", "metadata": {"leave": 7}})
    assert answer.status_code == 201, answer.content
    notice = answer.json()["notification"]
    assert (notice["title"], notice["message"]) == ("أهلاً بك", "مرحباً سارة")
    assert (notice["status"], notice["priority"], notice["metadata"]) == ("delivered", "high", {"leave": 7})
    assert [found["id"] for found in reader.get("/notifications").json()["notifications"]] == [notice["id"]]
    [created], [delivered] = events("notification.created"), events("notification.delivered")
    assert created["notification_id"] == delivered["notification_id"] == notice["id"]
    assert created["template"].startswith("greeting")


def test_a_person_is_told_in_the_language_they_chose(
    manager: Any, body: dict[str, Any], person_id: UUID
) -> None:
    with all_companies("test"):
        PreferenceFactory(user_id=person_id, language="en")
    notice = manager.post("/notifications", body).json()["notification"]
    assert (notice["message"], notice["language"]) == ("Hello سارة", "en")


def test_a_mail_waits_for_a_sender(manager: Any, body: dict[str, Any], company_id: UUID) -> None:
    answer = manager.post("/notifications", body | of_channel(company_id, Channel.EMAIL))
    assert answer.json()["notification"]["status"] == "pending"
    assert "sent_at" not in answer.json()["notification"]


def test_what_is_scheduled_is_not_there_before_its_time(
    manager: Any, reader: Any, body: dict[str, Any], company_id: UUID
) -> None:
    later = timezone.now() + timedelta(days=1)
    answer = manager.post("/notifications", body | {"scheduled_at": later.isoformat()})
    notice_id = answer.json()["notification"]["id"]
    assert answer.json()["notification"]["status"] == "pending"
    assert reader.get("/notifications").json()["notifications"] == []
    assert reader.get(f"/notifications/{notice_id}").status_code == 404
    notices_deliver()
    with company_scope(company_id):
        rows = Notification.objects.filter(pk=notice_id)
        assert rows.get().status == Status.PENDING
        rows.update(scheduled_at=timezone.now(), due_at=timezone.now())
    notices_deliver()
    assert reader.get(f"/notifications/{notice_id}").json()["notification"]["status"] == "delivered"


def test_a_moment_that_has_passed_means_now(manager: Any, body: dict[str, Any]) -> None:
    answer = manager.post("/notifications", body | {"scheduled_at": "2020-01-01T00:00:00Z"})
    assert answer.json()["notification"]["status"] == "delivered"


@pytest.mark.parametrize(("priority", "waits"), [("normal", True), ("high", True), ("urgent", False)])
def test_quiet_hours_hold_back_mail_unless_it_is_urgent(
    manager: Any, body: dict[str, Any], person_id: UUID, company_id: UUID, priority: str, waits: bool
) -> None:
    now = timezone.now()
    with all_companies("test"):
        PreferenceFactory(
            user_id=person_id,
            timezone="UTC",
            quiet_hours_start=(now - timedelta(hours=1)).time().replace(microsecond=0),
            quiet_hours_end=(now + timedelta(hours=1)).time().replace(microsecond=0),
        )
    values = body | of_channel(company_id, Channel.EMAIL) | {"priority": priority}
    notice_id = manager.post("/notifications", values).json()["notification"]["id"]
    with company_scope(company_id):
        due_at = Notification.objects.get(pk=notice_id).due_at
    assert due_at is not None
    assert (due_at > now + timedelta(minutes=50)) is waits
    assert manager.post("/notifications", body).json()["notification"]["status"] == "delivered"


def test_quiet_hours_that_began_while_a_mail_waited_hold_it_back(
    manager: Any, body: dict[str, Any], person_id: UUID, company_id: UUID
) -> None:
    notice_id = manager.post("/notifications", body | of_channel(company_id, Channel.EMAIL)).json()[
        "notification"
    ]["id"]
    now = timezone.now()
    with all_companies("test"):
        PreferenceFactory(
            user_id=person_id,
            timezone="UTC",
            quiet_hours_start=(now - timedelta(hours=1)).time().replace(microsecond=0),
            quiet_hours_end=(now + timedelta(hours=1)).time().replace(microsecond=0),
        )
    notices_deliver()
    with company_scope(company_id):
        notice = Notification.objects.get(pk=notice_id)
        assert (notice.status, notice.attempts) == (Status.PENDING, 0)
        assert notice.due_at is not None
        assert notice.due_at > now + timedelta(minutes=50)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"variables": {}}, "MISSING_VARIABLE"),
        ({"variables": {"name": "Sara", "salary": "1000"}}, "UNKNOWN_VARIABLE"),
        ({"variables": {"name": {"first": "Sara"}}}, "VALIDATION_ERROR"),
        ({"variables": {"name": "x" * 2001}}, "VALIDATION_ERROR"),
        ({"variables": "name"}, "VALIDATION_ERROR"),
        ({"template_id": str(uuid4())}, "UNKNOWN_TEMPLATE"),
        ({"template_id": "welcome"}, "VALIDATION_ERROR"),
        ({"user_id": str(uuid4())}, "UNKNOWN_PERSON"),
        ({"type": "email"}, "WRONG_CHANNEL"),
        ({"type": "pigeon"}, "VALIDATION_ERROR"),
        ({"priority": "none"}, "VALIDATION_ERROR"),
        ({"scheduled_at": "tomorrow"}, "VALIDATION_ERROR"),
        ({"scheduled_at": "9999-12-31T23:59:59Z"}, "VALIDATION_ERROR"),
        ({"metadata": []}, "VALIDATION_ERROR"),
        ({"metadata": {"a": "x" * 9000}}, "VALIDATION_ERROR"),
        ({"title": "mine"}, "VALIDATION_ERROR"),
        ({"company_id": str(uuid4())}, "VALIDATION_ERROR"),
    ],
)
def test_a_notice_that_makes_no_sense_is_refused(
    manager: Any, body: dict[str, Any], company_id: UUID, change: dict[str, Any], expected: str
) -> None:
    assert code(manager.post("/notifications", body | change)) == (422, expected)
    with company_scope(company_id):
        assert not Notification.objects.exists()


@pytest.mark.parametrize("left_out", ["user_id", "type", "template_id"])
def test_what_the_contract_requires_is_required(manager: Any, body: dict[str, Any], left_out: str) -> None:
    del body[left_out]
    assert code(manager.post("/notifications", body)) == (422, "VALIDATION_ERROR")


def test_another_companys_template_and_person_do_not_exist(manager: Any, body: dict[str, Any]) -> None:
    with all_companies("test"):
        foreign, stranger = TemplateFactory(type=Channel.IN_APP), UserRefFactory(company_ids=[uuid4()])
    assert code(manager.post("/notifications", body | {"template_id": str(foreign.pk)})) == (
        422, "UNKNOWN_TEMPLATE",
    )  # fmt: skip
    assert code(manager.post("/notifications", body | {"user_id": str(stranger.user_id)})) == (
        422, "UNKNOWN_PERSON",
    )  # fmt: skip


def test_a_template_that_is_switched_off_sends_nothing(
    manager: Any, body: dict[str, Any], template: Template, company_id: UUID
) -> None:
    with company_scope(company_id):
        Template.objects.filter(pk=template.pk).update(is_active=False)
    assert code(manager.post("/notifications", body)) == (422, "UNKNOWN_TEMPLATE")


@pytest.mark.parametrize(
    "wishes", [{"in_app_enabled": False}, {"categories": {"general": {"in_app": False}}}]
)
def test_who_does_not_want_a_channel_is_not_told_over_it(
    manager: Any, body: dict[str, Any], person_id: UUID, wishes: dict[str, Any]
) -> None:
    with all_companies("test"):
        PreferenceFactory(user_id=person_id, **wishes)
    assert code(manager.post("/notifications", body)) == (422, "CHANNEL_SWITCHED_OFF")


@pytest.mark.parametrize("role", ["worker", "supervisor", "employee"])
def test_only_who_looks_after_people_writes_to_them(
    api: Client, person_token: Callable[..., str], company_id: UUID, body: dict[str, Any], role: str
) -> None:
    assert api(person_token(role=role, company_id=company_id)).post("/notifications", body).status_code == 403


def test_who_serves_all_companies_writes_for_the_templates_company(
    api: Client, person_token: Callable[..., str], body: dict[str, Any], company_id: UUID
) -> None:
    answer = api(person_token(role="super_admin")).post("/notifications", body)
    assert answer.json()["notification"]["company_id"] == str(company_id)


def test_a_repeated_request_sends_one_notice(manager: Any, body: dict[str, Any], company_id: UUID) -> None:
    first, second = [
        manager.post("/notifications", body, headers={"idempotency-key": "once"}) for _ in range(2)
    ]
    assert first.json() == second.json()
    with company_scope(company_id):
        assert Notification.objects.count() == 1
    changed = body | {"priority": "low"}
    answer = manager.post("/notifications", changed, headers={"idempotency-key": "once"})
    assert answer.status_code == 409


def test_bodies_that_are_not_our_json_are_refused(manager: Any) -> None:
    def send(content: bytes, kind: str = "application/json") -> int:
        status: int = manager.generic("POST", "/notifications", content, content_type=kind).status_code
        return status

    assert send(b"{") == 400
    assert send(b'{"user_id": "\\u0000"}') == 400
    assert send(b'{"a": 1, "a": 2}') == 400
    assert send(b"user_id=1", "application/x-www-form-urlencoded") == 415
    assert send(b'{"metadata": "' + b"x" * 20_000_000 + b'"}') == 413


def test_a_notice_is_marked_as_read_once(
    reader: Any, company_id: UUID, person_id: UUID, events: Events
) -> None:
    with company_scope(company_id):
        notice = NotificationFactory(company_id=company_id, user_id=person_id)
    answer = reader.patch(f"/notifications/{notice.pk}").json()["notification"]
    assert answer["status"] == "read"
    again = reader.patch(f"/notifications/{notice.pk}", {}).json()["notification"]
    assert again["read_at"] == answer["read_at"]
    assert [event["notification_id"] for event in events("notification.read")] == [str(notice.pk)]
    assert reader.patch(f"/notifications/{notice.pk}", {"status": "read"}).status_code == 422


def test_another_persons_notice_cannot_be_marked_as_read(reader: Any, manager: Any, company_id: UUID) -> None:
    with company_scope(company_id):
        notice = NotificationFactory(company_id=company_id)
    for client in (reader, manager):
        assert client.patch(f"/notifications/{notice.pk}").status_code == 404
    with company_scope(company_id):
        assert Notification.objects.get(pk=notice.pk).read_at is None


def test_all_of_ones_own_notices_are_marked_as_read_but_not_those_that_failed(
    reader: Any, company_id: UUID, person_id: UUID, events: Events
) -> None:
    with company_scope(company_id):
        NotificationFactory.create_batch(3, company_id=company_id, user_id=person_id)
        NotificationFactory(
            company_id=company_id, user_id=person_id, status=Status.FAILED, type=Channel.EMAIL
        )
        NotificationFactory(company_id=company_id)
    answer = reader.patch("/notifications/mark-all-read", headers={"accept-language": "en"})
    assert answer.json() == {"success": True, "message": "3 notices were marked as read."}
    unread = reader.get("/notifications?unread_only=true").json()["notifications"]
    assert [notice["status"] for notice in unread] == ["failed"]
    with company_scope(company_id):
        assert Notification.objects.filter(status=Status.READ).count() == 3
    assert len(events("notification.read")) == 3


@pytest.mark.parametrize("address", ["/notifications", "/preferences", "/templates"])
def test_who_is_not_signed_in_gets_nothing(api: Client, address: str) -> None:
    assert api().get(address).status_code == 401


def test_who_belongs_to_no_company_gets_nothing(api: Client, person_token: Callable[..., str]) -> None:
    nobody = api(person_token(role="worker"))
    for answer in (
        nobody.get("/notifications"),
        nobody.patch("/notifications/mark-all-read"),
        nobody.get("/preferences"),
        nobody.put("/preferences", {}),
    ):
        assert answer.status_code == 403


WISHES = {
    "language": "en",
    "email_enabled": False,
    "sms_enabled": True,
    "categories": {"leave": {"email": False, "in_app": True}},
    "quiet_hours_start": "22:00",
    "quiet_hours_end": "07:30",
    "timezone": "Asia/Riyadh",
}


def test_everybody_has_preferences_and_changes_what_they_give(reader: Any, person_id: UUID) -> None:
    before = reader.get("/preferences").json()["preferences"]
    assert before["user_id"] == str(person_id)
    assert (before["language"], before["timezone"], before["categories"]) == ("ar", "Asia/Kuwait", {})
    assert (before["email_enabled"], before["sms_enabled"]) == (True, False)
    assert "quiet_hours_start" not in before
    assert reader.get("/preferences").json()["preferences"] == before
    after = reader.put("/preferences", WISHES).json()["preferences"]
    assert after == {**before, **WISHES, "updated_at": after["updated_at"]}
    cleared = reader.put("/preferences", {"quiet_hours_start": None, "quiet_hours_end": None})
    assert "quiet_hours_end" not in cleared.json()["preferences"]
    assert cleared.json()["preferences"]["timezone"] == "Asia/Riyadh"


@pytest.mark.parametrize(
    "change",
    [
        {"quiet_hours_start": "7:5", "quiet_hours_end": "08:00"},
        {"quiet_hours_start": "22:00", "quiet_hours_end": None},
        {"quiet_hours_end": "07:00"},
        {"quiet_hours_start": "07:00", "quiet_hours_end": "07:00"},
        {"quiet_hours_start": "25:00", "quiet_hours_end": "07:00"},
        {"quiet_hours_start": "tonight", "quiet_hours_end": "07:00"},
        {"timezone": "Kuwait City"},
        {"timezone": "../../etc/passwd"},
        {"language": "fr"},
        {"email_enabled": "perhaps"},
        {"categories": {"leave": {"pigeon": True}}},
        {"categories": {"leave": True}},
        {"categories": {"Leave!": {"email": True}}},
        {"categories": {f"c{number}": {} for number in range(51)}},
        {"user_id": str(uuid4())},
    ],
)
def test_preferences_that_make_no_sense_are_refused(reader: Any, change: dict[str, Any]) -> None:
    assert code(reader.put("/preferences", change)) == (422, "VALIDATION_ERROR")


def test_a_persons_preferences_are_theirs_in_every_company(
    api: Client, person_token: Callable[..., str], reader: Any, person_id: UUID
) -> None:
    reader.put("/preferences", WISHES)
    elsewhere = api(person_token(role="worker", company_id=uuid4(), user_id=person_id))
    assert elsewhere.get("/preferences").json()["preferences"]["timezone"] == "Asia/Riyadh"
    somebody = api(person_token(role="worker", company_id=uuid4()))
    assert somebody.get("/preferences").json()["preferences"]["timezone"] == "Asia/Kuwait"


def test_a_night_is_the_persons_own(
    manager: Any, body: dict[str, Any], person_id: UUID, company_id: UUID
) -> None:
    at = datetime(2027, 1, 10, 20, tzinfo=UTC)
    with all_companies("test"):
        PreferenceFactory(
            user_id=person_id,
            timezone="Asia/Kuwait",
            quiet_hours_start=time(22),
            quiet_hours_end=time(7),
        )
    values = body | of_channel(company_id, Channel.EMAIL) | {"scheduled_at": at.isoformat()}
    notice = manager.post("/notifications", values).json()["notification"]
    with company_scope(company_id):
        assert Notification.objects.get(pk=notice["id"]).due_at == datetime(2027, 1, 11, 4, tzinfo=UTC)
