"""Licences out of the old application's file."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.days import today
from common.legacy.ids import new_id
from common.legacy.models import QuarantinedRow, ToDoItem
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, license, write_legacy_file
from common.testing.legacy_runs import events_published, import_legacy
from company_service.companies import services
from company_service.companies.models import License, LicenseNotice

pytestmark = pytest.mark.usefixtures("db")

COMPANY = new_id("companies", "company-1")


def carry(tmp_path: Path, *licenses: dict[str, Any]) -> dict[str, Any]:
    """Import a file with one company; returns the report on its licences."""
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], licenses=licenses)
    table: dict[str, Any] = import_legacy(source, tmp_path / "reports")["tables"]["licenses"]
    return table


def found(number: int) -> License:
    with all_companies("test"):
        return License.objects.get(pk=new_id("licenses", f"license-{number}"))


def days_from_now(days: int) -> str:
    return str(today() + timedelta(days=days))


def test_a_licence_is_carried_with_what_the_old_system_named_as_its_documents(tmp_path: Path) -> None:
    papers = '[{"name": "رخصة.pdf", "url": "/uploads/1.pdf"}]'
    carry(
        tmp_path,
        license(1, documents=papers, issuing_authority="وزارة التجارة", location="حولي", description="الأصل"),
    )
    carried = found(1)
    assert (carried.company_id, carried.old_id, carried.number) == (COMPANY, "license-1", "LIC-1")
    assert (carried.name, carried.type, carried.status) == ("ترخيص تجاري", "commercial", "active")
    assert (carried.issued_on, carried.expires_on) == (date(2020, 1, 1), date(2099, 12, 31))
    assert (carried.issuing_authority, carried.location, carried.description) == (
        "وزارة التجارة",
        "حولي",
        "الأصل",
    )
    assert carried.old_documents == [{"name": "رخصة.pdf", "url": "/uploads/1.pdf"}]
    (told,) = [payload for kind, payload in events_published() if kind == "license.created"]
    assert (told["license_id"], told["source"], told["expires_on"]) == (
        str(carried.id),
        "import",
        "2099-12-31",
    )


@pytest.mark.parametrize(
    ("said", "days", "status"),
    [
        ("active", -1, "expired"),
        ("expired", 0, "active"),
        ("expired", 30, "active"),
        (None, -400, "expired"),
        ("pending", -1, "pending"),
        ("expired", None, "expired"),
        ("ACTIVE ", None, "active"),
    ],
)
def test_the_status_follows_from_the_end_and_not_from_what_was_stored(
    tmp_path: Path, said: str | None, days: int | None, status: str
) -> None:
    end = None if days is None else days_from_now(days)
    carry(tmp_path, license(1, status=said, expiry_date=end))
    assert found(1).status == status
    services.licenses_announce()
    assert found(1).status == status


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("31/12/2098", date(2098, 12, 31)),
        ("31-12-2098", date(2098, 12, 31)),
        ("2098/12/31", date(2098, 12, 31)),
        ("٢٠٩٨-١٢-٣١", date(2098, 12, 31)),
        ("20981231", date(2098, 12, 31)),
        ("2098-12-30T21:00:00Z", date(2098, 12, 31)),
        ("", None),
    ],
)
def test_an_end_is_read_in_every_form_it_was_written_in(
    tmp_path: Path, written: str, day: date | None
) -> None:
    carry(tmp_path, license(1, expiry_date=written))
    assert found(1).expires_on == day


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"expiry_date": "2025-02-31"}, {"expiry_date": "impossible_date"}),
        ({"issue_date": "soon"}, {"issue_date": "not_a_date"}),
        ({"expiry_date": "9999-12-31"}, {"expiry_date": "out_of_range"}),
        ({"expiry_date": "2019-12-31"}, {"expiry_date": "before_start"}),
        ({"type": "spaceship"}, {"type": "unknown_word"}),
        ({"type": None}, {"type": "missing"}),
        ({"number": " "}, {"number": "missing"}),
        ({"name": None, "status": "lost"}, {"name": "missing", "status": "unknown_word"}),
        ({"number": "9" * 101}, {"number": "too_long"}),
        ({"description": "a\x00b"}, {"description": "unstorable_characters"}),
    ],
)
def test_a_licence_with_a_value_that_cannot_be_read_is_set_aside_whole(
    tmp_path: Path, values: dict[str, Any], problems: dict[str, str]
) -> None:
    table = carry(tmp_path, license(1, **values))
    assert table["reasons"] == {"unreadable_values": 1}
    with all_companies("test"):
        kept = QuarantinedRow.objects.get()
    assert (kept.company_id, kept.problems, kept.old_id) == (COMPANY, problems, "license-1")


def test_one_without_its_company_or_an_id_of_its_own_is_set_aside(tmp_path: Path) -> None:
    table = carry(
        tmp_path, license(1, company_id="company-gone"), license(2), license(2), license(3, id=None)
    )
    assert table["reasons"] == {"unknown_company": 1, "repeated_id": 1, "missing_id": 1}
    assert table["imported"] == 1


def test_a_number_that_repeats_within_a_company_is_carried_each_time(tmp_path: Path) -> None:
    table = carry(tmp_path, license(1, number="7"), license(2, number="7"))
    assert table["imported"] == 2


def test_documents_that_are_no_json_are_kept_as_they_are_and_listed_for_hr(tmp_path: Path) -> None:
    table = carry(tmp_path, license(1, documents="[رخصة"))
    assert (table["imported"], table["todo"]) == (1, {"unreadable_value": 1})
    assert found(1).old_documents == "[رخصة"
    with all_companies("test"):
        item = ToDoItem.objects.get()
    assert (item.subject_kind, item.subject_id, item.detail) == ("license", found(1).id, "documents: [رخصة")


def test_of_what_ended_before_it_came_nobody_is_ever_told(tmp_path: Path) -> None:
    carry(
        tmp_path,
        license(1, expiry_date=days_from_now(-1)),
        license(2, expiry_date=days_from_now(-2_000)),
        license(3, expiry_date=days_from_now(20)),
        license(4, expiry_date=days_from_now(0)),
    )
    for day in (0, 1, 7, 100):
        services.licenses_announce(today() + timedelta(days=day))
    told = [payload["license_id"] for kind, payload in events_published() if kind.startswith("license.expir")]
    assert set(told) == {str(found(3).id), str(found(4).id)}
    with all_companies("test"):
        silent = LicenseNotice.objects.filter(license__in=[found(1).id, found(2).id])
        assert [note.announced for note in silent] == [False, False]


def test_a_renewal_of_what_had_ended_is_told_of_again(tmp_path: Path) -> None:
    carry(tmp_path, license(1, expiry_date=days_from_now(-1)))
    with all_companies("test"):
        services.license_renew(
            license_id=found(1).id, issued_on=today(), expires_on=today() + timedelta(days=7)
        )
    services.licenses_announce()
    assert [kind for kind, _ in events_published()][-1] == "license.expiring"
