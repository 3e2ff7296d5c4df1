"""Notices out of the old application's file."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from common.legacy.choices import Problem, QuarantineReason
from common.legacy.facts import CarriedUser
from common.legacy.ids import new_id
from common.legacy.mapper import Imported, Quarantined
from common.legacy.staging import stage
from common.security.tenancy import all_companies
from common.testing.database import TestDatabase
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import SECOND, company, notification, user, write_legacy_file
from common.testing.legacy_runs import (
    REAL_FILES,
    events_published,
    import_legacy,
    import_legacy_killed,
    table_content,
)
from notification_service.notifications.legacy import (
    ACCOUNT,
    change_notifications,
    map_notification,
    remove_notifications,
)
from notification_service.notifications.models import DeliveryLog, HeardEvent, Notification
from notification_service.notifications.services.composing import notices_compose
from notification_service.notifications.services.delivery import notices_deliver
from notification_service.notifications.services.imports import OldNotice
from notification_service.notifications.services.retention import notices_purge

FACTS = known_facts(companies=["company-1", "company-2"], users=["user-1"])
COMPANY = new_id("companies", "company-1")
READER = new_id("users", "user-1")


def mapped(**values: Any) -> Imported[OldNotice]:
    found = map_notification(notification(1, **values), 0, FACTS)
    assert isinstance(found, Imported)
    return found


def refused(**values: Any) -> Quarantined:
    found = map_notification(notification(1, **values), 0, FACTS)
    assert isinstance(found, Quarantined)
    return found


def test_a_notice_is_carried_as_it_was() -> None:
    found = mapped(data='{"leave_id": "leave-1"}', is_read=1)
    args = found.args
    assert (found.id, found.company_id) == (new_id("notifications", "note-1"), COMPANY)
    assert (args.user_id, args.title, args.message) == (READER, "طلب إجازة", "تم تقديم طلب إجازة")
    assert (args.category, args.language, args.is_read) == ("leave", "ar", True)
    assert json.loads(args.metadata) == {"leave_id": "leave-1"}
    assert args.created_at.timestamp() == SECOND


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ("{broken", {"data": "{broken"}),
        ('["a list"]', {"data": '["a list"]'}),
        ('"text"', {"data": '"text"'}),
        ("NaN", {"data": "NaN"}),
        (b"\xff", {"data": {"hex": "ff"}}),
        ('{"n": 123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
        (None, {}),
        ("  ", {}),
    ],
)
def test_data_that_is_no_json_object_is_kept_as_it_stands(data: Any, kept: dict[str, Any]) -> None:
    assert json.loads(mapped(data=data).args.metadata) == kept


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("license", "licenses"),
        ("Leave-Request", "leave"),
        ("", "general"),
        (None, "general"),
        ("Birthday", "birthday"),
    ],
)
def test_what_a_notice_is_about_goes_by_the_words_of_this_service(said: str | None, category: str) -> None:
    assert mapped(type=said).args.category == category


def test_a_title_that_is_too_long_stands_whole_in_the_message() -> None:
    args = mapped(title="x" * 300, message="text").args
    assert args.title == "x" * 254 + "…"
    assert args.message == "x" * 300 + "\n\ntext"


def test_a_notice_without_a_company_is_its_readers_companys() -> None:
    assert mapped(company_id=None).company_id == COMPANY
    assert mapped(company_id="company-2").company_id == new_id("companies", "company-2")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"user_id": "user-gone"}, QuarantineReason.UNKNOWN_USER),
        ({"user_id": None}, QuarantineReason.UNKNOWN_USER),
        ({"company_id": "company-gone"}, QuarantineReason.UNKNOWN_COMPANY),
        ({"id": None}, QuarantineReason.MISSING_ID),
        ({"created_at": None}, QuarantineReason.UNREADABLE_VALUES),
        ({"is_read": "perhaps"}, QuarantineReason.UNREADABLE_VALUES),
        ({"title": b"\xff"}, QuarantineReason.UNREADABLE_VALUES),
    ],
)
def test_a_notice_that_cannot_be_carried_is_set_aside_with_the_reason(
    values: dict[str, Any], reason: QuarantineReason
) -> None:
    assert refused(**values).reason == reason


def test_every_problem_of_a_row_is_named() -> None:
    found = refused(created_at="yesterday", is_read="perhaps")
    assert found.problems == {"created_at": Problem.NOT_A_DATE, "is_read": Problem.NOT_A_BOOLEAN}


def test_a_notice_to_somebody_of_no_company_is_set_aside_unless_it_names_one() -> None:
    root = {"root": CarriedUser(new_id("users", "root"), None)}
    facts = replace(known_facts(companies=["company-1"]), users=root)
    assert isinstance(map_notification(notification(1, user_id="root"), 0, facts), Imported)
    found = map_notification(notification(1, user_id="root", company_id=""), 0, facts)
    assert isinstance(found, Quarantined)
    assert found.reason == QuarantineReason.UNKNOWN_COMPANY


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1), company(2)],
        users=[user(1), user(2, company_id="company-2")],
        notifications=[
            notification(1),
            notification(2, is_read=1, data="{broken"),
            notification(3, user_id="user-2", company_id=None, title="Hello", message="there"),
            notification(4, user_id="user-gone"),
            notification(5, created_at="never"),
        ],
    )


@pytest.mark.usefixtures("db")
def test_the_command_imports_the_notices_of_a_file(source: Path, tmp_path: Path) -> None:
    report = import_legacy(source, tmp_path / "reports")["tables"]["notifications"]
    assert (report["source_rows"], report["imported"], report["quarantined"]) == (5, 3, 2)
    assert report["reasons"] == {"unknown_user": 1, "unreadable_values": 1}
    with all_companies("test"):
        unread, read, english = Notification.objects.order_by("old_id")
    assert (unread.type, unread.status, unread.read_at, unread.due_at) == ("in_app", "delivered", None, None)
    assert (read.status, read.read_at) == ("read", read.created_at)
    assert (english.language, english.company_id) == ("en", new_id("companies", "company-2"))
    assert {(kind, payload["source"]) for kind, payload in events_published()} == {
        ("notification.created", "import")
    }


@pytest.mark.usefixtures("db")
def test_their_readers_see_them_read_or_unread_as_they_were(
    source: Path, tmp_path: Path, api: Any, person_token: Any
) -> None:
    import_legacy(source, tmp_path / "reports")
    client = api(person_token(role="worker", company_id=COMPANY, user_id=READER))
    assert client.get("/notifications").json()["pagination"]["total"] == 2
    (unread,) = client.get("/notifications?unread_only=true").json()["notifications"]
    assert unread["id"] == str(new_id("notifications", "note-1"))
    assert unread["created_at"].startswith("2025-08-12")


@pytest.mark.usefixtures("db")
def test_nobody_is_told_of_them_again(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "reports")
    before = table_content("notifications")
    notices_compose()
    notices_deliver()
    with all_companies("test"):
        assert not DeliveryLog.objects.exists()
        assert not HeardEvent.objects.exists()
    assert table_content("notifications") == before
    assert mail.outbox == []


@pytest.mark.usefixtures("db")
def test_a_second_import_of_a_file_changes_nothing(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "first")
    tables = ("notifications", "event_log", "quarantined_rows")
    before = {table: table_content(table, without=["run_id"]) for table in tables}
    report = import_legacy(source, tmp_path / "second")["tables"]["notifications"]
    assert (report["imported"], report["unchanged"], report["quarantined"]) == (0, 3, 2)
    assert {table: table_content(table, without=["run_id"]) for table in tables} == before


@pytest.mark.usefixtures("db")
def test_how_long_they_are_kept_is_counted_from_the_import_on(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "reports")
    notices_purge()
    with all_companies("test"):
        assert Notification.objects.count() == 3
        Notification.objects.update(updated_at=timezone.now() - timedelta(days=91))
    notices_purge()
    with all_companies("test"):
        assert not Notification.objects.exists()


@pytest.mark.usefixtures("db")
def test_a_changed_row_changes_its_notice_and_tells_that_it_was_read(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "reports")
    with all_companies("test"):
        assert change_notifications([mapped(is_read=1, title="جديد", company_id="company-2")]).refused == {}
        found = Notification.objects.get(old_id="note-1")
    assert (found.title, found.status, found.company_id) == ("جديد", "read", new_id("companies", "company-2"))
    assert [kind for kind, _payload in events_published()][3:] == ["notification.read"]


@pytest.mark.usefixtures("db")
def test_notices_are_taken_back(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "reports")
    with all_companies("test"):
        ids: list[UUID] = list(Notification.objects.values_list("id", flat=True))
        assert remove_notifications(ids) == {}
        assert not Notification.objects.exists()
    assert [kind for kind, _payload in events_published()][3:] == ["notification.removed"] * 3


@pytest.mark.usefixtures("db")
def test_everything_compared_is_as_expected_right_after_the_import(tmp_path: Path) -> None:
    values = {"is_read": 1, "data": '{"b": 1, "a": [1.50, "\\u0644"]}', "message": "a\nb\t\\N"}
    row = notification(1, **values)
    source = write_legacy_file(
        tmp_path / "old.db", companies=[company(1)], users=[user(1)], notifications=[row]
    )
    import_legacy(source, tmp_path / "reports")
    expected = mapped(**values).args
    with all_companies("test"), connection.cursor() as cursor:
        kinds = {column.name: column.type for column in ACCOUNT.columns}
        stage(cursor, "expected", kinds, [[column.expected(expected) for column in ACCOUNT.columns]])
        for column in ACCOUNT.columns:
            cursor.execute(
                f'SELECT ({column.here})::{column.type} IS NOT DISTINCT FROM e."{column.name}"'
                f" FROM {ACCOUNT.source}, expected e"
            )
            assert cursor.fetchone() == (True,), column.name


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("real", REAL_FILES)
def test_the_old_applications_own_files_have_no_notices(real: Path, tmp_path: Path) -> None:
    report = import_legacy(real, tmp_path / "reports")
    assert report["tables"]["notifications"]["source_rows"] == 0


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("rows", [1, 20])
def test_an_import_that_is_killed_and_run_again_ends_as_if_it_had_not_been(
    tmp_path: Path, test_database: TestDatabase, rows: int
) -> None:
    told = [notification(number, user_id=f"user-{1 + number % 5 // 4}") for number in range(40)]
    source = write_legacy_file(
        tmp_path / "old.db", companies=[company(1)], users=[user(1)], notifications=told
    )
    content = []
    import_legacy_killed(source, tmp_path / "killed", after_rows=rows)
    for attempt in ("resumed", "clean"):
        report = import_legacy(source, tmp_path / attempt)
        assert report["resumed"] is (attempt == "resumed")
        tables = ("notifications", "quarantined_rows")
        content.append({table: table_content(table, without=["run_id"]) for table in tables})
        test_database.restore()
    assert content[0] == content[1]
    assert [len(rows) for rows in content[0].values()] == [32, 8]
