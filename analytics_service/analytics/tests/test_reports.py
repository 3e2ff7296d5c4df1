"""Reports: asking for one, what it says, downloading it, and how it ends."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.test import override_settings
from django.utils import timezone

from analytics_service.analytics import files
from analytics_service.analytics.models import Report
from analytics_service.analytics.services.report_runs import reports_write
from analytics_service.analytics.services.reports import MOST_WAITING
from analytics_service.analytics.tasks import expire_reports
from analytics_service.analytics.tests.factories import StoredEventFactory
from analytics_service.analytics.tests.streams import (
    approved,
    deducted,
    hired,
    tell,
    terminated,
    transferred,
    updated,
)
from common.messaging.models import EventRecord
from common.reference.models import CompanyRef, DepartmentRef
from common.security.tenancy import all_companies

pytestmark = pytest.mark.usefixtures("committed_db", "report_folder")
Client = Callable[..., Any]
JAN, FEB, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


@pytest.fixture
def chief(api: Client, person_token: Callable[..., str]) -> Any:
    return api(person_token(role="super_admin"))


def ask(client: Any, kind: str, **body: Any) -> dict[str, Any]:
    answer = client.post("/reports", {"kind": kind, **body})
    assert answer.status_code == 202, answer.content
    report = answer.json()["report"]
    assert answer.headers["Location"] == f"/reports/{report['id']}"
    assert report["status"] == "pending"
    return report  # type: ignore[no-any-return]


def look(client: Any, report: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/reports/{report['id']}")
    assert answer.status_code == 200, answer.content
    return answer.json()["report"]  # type: ignore[no-any-return]


def content(client: Any, report: dict[str, Any]) -> bytes:
    answer = client.get(f"/reports/{report['id']}/download")
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def table(client: Any, kind: str, **body: Any) -> list[list[str]]:
    """The rows of a report that is asked for and written, headings first."""
    report = ask(client, kind, **body)
    assert reports_write() == 1
    ready = look(client, report)
    assert ready["status"] == "ready", ready
    rows = list(csv.reader(io.StringIO(content(client, report).decode("utf-8-sig"))))
    assert ready["rows"] == len(rows) - 1
    return rows


def test_a_report_of_people_has_as_many_rows_as_the_figure(manager: Any, company_id: UUID) -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=company_id, name="Pearl")
        sales = DepartmentRef.objects.create(department_id=uuid4(), company_id=company_id, name="Sales")
    sara = hired(
        company_id, hire_date=JAN, department_id=sales.department_id, nationality="Kuwaiti",
        employee_number="007", full_name_ar="سارة السالم",
    )  # fmt: skip
    omar = hired(company_id, hire_date=FEB, employee_number="008", first_name="Omar")
    stranger = hired(uuid4(), hire_date=JAN)
    tell(FEB, sara, omar, stranger)
    tell(MARCH, terminated(omar, MARCH), transferred(sara, None))
    headings, *rows = table(manager, "headcount", parameters={"as_of": "2026-02-01"})
    assert headings[0] == "company"
    assert rows == [
        ["Pearl", "007", "Sara Salem", "سارة السالم", "Sales", "Kuwaiti", "2026-01-01"],
        ["Pearl", "008", "Omar Salem", "", "", "", "2026-02-01"],
    ]
    assert [row[1] for row in table(manager, "headcount", parameters={"as_of": "2026-03-01"})[1:]] == ["007"]
    assert [row[1] for row in table(manager, "joiners", parameters=YEAR)[1:]] == ["007", "008"]
    assert [row[1::6] for row in table(manager, "leavers", parameters=YEAR)[1:]] == [["008", "2026-03-01"]]
    for kind, parameters in (("headcount", {"as_of": "2026-02-01"}), ("joiners", YEAR), ("leavers", YEAR)):
        figure = manager.get(f"/metrics/{kind}", parameters).json()[kind]
        assert len(table(manager, kind, parameters=parameters)) - 1 == figure


def test_leave_and_deductions_are_listed_one_by_one(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=JAN, employee_number="007")
    tell(
        JAN, sara, approved(sara, FEB, date(2026, 2, 3), 3, "sick"), deducted(sara, FEB, "10.250"),
        deducted(sara, FEB, "9.000", status="cancelled"),
    )  # fmt: skip
    [leave] = table(manager, "leave", parameters=YEAR)[1:]
    assert leave[1:3] == ["007", "Sara Salem"]
    assert leave[6:] == ["sick leave", "2026-02-01", "2026-02-03", "3.000"]
    [deduction] = table(manager, "deductions", parameters=YEAR)[1:]
    assert deduction[6:] == ["lateness", "2026-02-01", "10.250", "active"]


def test_turnover_is_told_as_a_whole_and_by_month(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=JAN)
    tell(JAN, sara)
    tell(FEB, terminated(sara, FEB))
    _headings, total, *months = table(
        manager, "turnover", parameters={"from": "2026-01-01", "to": "2026-02-28", "group_by": "month"}
    )
    assert total[:5] == ["total", "0", "1", "1", "0"]
    assert [month[0] for month in months] == ["2026-01", "2026-02"]


def test_events_are_filtered_as_in_their_list(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=JAN)
    tell(JAN, sara, updated(sara, "position"))
    tell(FEB, transferred(sara, None))
    rows = table(manager, "events", parameters={"from": "2026-01-01", "to": "2026-01-31"})[1:]
    assert sorted(row[4] for row in rows) == ["employee.hired", "employee.updated"]
    assert len(table(manager, "events", parameters={"type": "employee.hired"})) == 2
    assert len(table(manager, "events", parameters={"to": "9999-12-31"})) == 4
    assert len(table(manager, "events")) == 4


def test_headings_are_in_the_readers_language_and_arabic_sheets_from_right_to_left(
    manager: Any, company_id: UUID
) -> None:
    tell(JAN, hired(company_id, hire_date=JAN))
    manager.credentials(**manager._credentials, HTTP_ACCEPT_LANGUAGE="ar")
    assert table(manager, "headcount")[0][0] == "الشركة"
    report = ask(manager, "headcount", format="xlsx")
    reports_write()
    book = openpyxl.load_workbook(io.BytesIO(content(manager, report)))
    assert book.active["A1"].value == "الشركة"
    assert book.active.sheet_view.rightToLeft


HOSTILE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "\u200f=1+1", " =1+1",
    '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE)
def test_what_looks_like_a_formula_stays_text(manager: Any, company_id: UUID, value: str) -> None:
    tell(JAN, hired(company_id, hire_date=JAN, nationality=value, employee_number="000123"))
    [row] = table(manager, "headcount")[1:]
    assert row[5] == f"'{value}"
    assert row[1] == "000123"
    report = ask(manager, "headcount", format="xlsx")
    reports_write()
    cells = openpyxl.load_workbook(io.BytesIO(content(manager, report))).active[2]
    assert cells[5].data_type == "s"
    assert (cells[1].value, cells[1].data_type) == ("000123", "s")
    assert cells[6].value.date() == JAN


@pytest.mark.parametrize("value", ["a,b", 'say "x"', "two\nlines", "\u202eevil", "𝒮", "😀" * 40, "ends\\"])
def test_whatever_text_comes_out_as_it_went_in(manager: Any, company_id: UUID, value: str) -> None:
    tell(JAN, hired(company_id, hire_date=JAN, nationality=value))
    assert table(manager, "headcount")[1][5] == value


def test_a_sheet_that_is_full_is_followed_by_another(
    manager: Any, company_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SHEET_ROWS", 2)
    tell(JAN, *[hired(company_id, hire_date=JAN) for _ in range(5)])
    report = ask(manager, "headcount", format="xlsx")
    reports_write()
    book = openpyxl.load_workbook(io.BytesIO(content(manager, report)))
    assert [sheet.max_row for sheet in book] == [3, 3, 2]
    assert {sheet["A1"].value for sheet in book} == {"company"}


def test_more_rows_than_a_spreadsheet_is_made_for_are_refused_with_a_sentence(
    manager: Any, company_id: UUID, monkeypatch: pytest.MonkeyPatch, report_folder: Path
) -> None:
    monkeypatch.setattr(files, "XLSX_ROWS", 2)
    tell(JAN, *[hired(company_id, hire_date=JAN) for _ in range(3)])
    report = ask(manager, "headcount", format="xlsx")
    reports_write()
    failed = look(manager, report)
    assert failed["status"] == "failed"
    assert "CSV" in failed["error"]
    answer = manager.get(f"/reports/{report['id']}/download")
    assert (answer.status_code, answer.json()["error"]["message"]) == (409, failed["error"])
    assert list(report_folder.rglob("*.*")) == []


def test_a_ready_report_is_told_of_once(manager: Any, company_id: UUID) -> None:
    report = ask(manager, "headcount")
    reports_write()
    reports_write()
    with all_companies("test"):
        [event] = EventRecord.objects.filter(type="report.generated")
    assert (event.payload["report_id"], event.payload["rows"]) == (report["id"], 0)
    assert event.company_id == company_id


def test_an_administrator_may_ask_for_all_companies_or_for_one(
    chief: Any, manager: Any, company_id: UUID
) -> None:
    tell(JAN, hired(company_id, hire_date=JAN), hired(uuid4(), hire_date=JAN))
    assert len(table(chief, "headcount")) == 3
    assert len(table(chief, "headcount", company_id=str(company_id))) == 2
    assert [report["rows"] for report in manager.get("/reports").json()["reports"]] == [1]


def test_reports_are_listed_newest_first_by_page_and_cursor(manager: Any) -> None:
    made = [ask(manager, kind)["id"] for kind in ("headcount", "joiners", "events")][::-1]
    page = manager.get("/reports?page=1&limit=2").json()
    assert [report["id"] for report in page["reports"]] == made[:2]
    assert page["pagination"]["total"] == 3
    rest = manager.get(f"/reports?limit=2&cursor={page['pagination']['next_cursor']}").json()
    assert [report["id"] for report in rest["reports"]] == made[2:]
    [joiners] = manager.get("/reports?kind=joiners&status=pending").json()["reports"]
    assert joiners["id"] == made[1]
    assert {**joiners, "created_at": ""} == {**look(manager, joiners), "created_at": ""}


def test_a_report_can_be_deleted_with_its_file(manager: Any, report_folder: Path) -> None:
    report = ask(manager, "headcount")
    reports_write()
    assert len(list(report_folder.rglob("*.csv"))) == 1
    assert manager.delete(f"/reports/{report['id']}").status_code == 200
    assert list(report_folder.rglob("*.csv")) == []
    assert manager.get(f"/reports/{report['id']}").status_code == 404
    assert manager.delete(f"/reports/{report['id']}").status_code == 404


def test_another_companys_report_is_as_if_it_did_not_exist(
    manager: Any, api: Client, person_token: Callable[..., str]
) -> None:
    report = ask(manager, "headcount")
    reports_write()
    other = api(person_token(role="company_manager", company_id=uuid4()))
    for method, path in (("get", ""), ("get", "/download"), ("delete", "")):
        found = getattr(other, method)(f"/reports/{report['id']}{path}")
        missing = getattr(other, method)(f"/reports/{uuid4()}{path}")
        assert found.status_code == missing.status_code == 404
        assert found.json()["error"] == missing.json()["error"]
    assert other.get("/reports").json()["reports"] == []


@pytest.mark.parametrize(
    ("role", "sees", "asks", "takes"),
    [("employee", 200, 403, 403), ("supervisor", 200, 403, 403), ("worker", 403, 403, 403)],
)
def test_viewing_asking_and_taking_out_are_rights_of_their_own(
    manager: Any, api: Client, person_token: Callable[..., str], company_id: UUID, role: str,
    sees: int, asks: int, takes: int,
) -> None:  # fmt: skip
    report = ask(manager, "headcount")
    reports_write()
    client = api(person_token(role=role, company_id=company_id))
    assert client.get("/reports").status_code == client.get(f"/reports/{report['id']}").status_code == sees
    assert client.post("/reports", {"kind": "headcount"}).status_code == asks
    assert client.delete(f"/reports/{report['id']}").status_code == asks
    assert client.get(f"/reports/{report['id']}/download").status_code == takes
    assert api().get(f"/reports/{report['id']}").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {}, {"kind": "salaries"}, {"kind": "headcount", "format": "pdf"}, {"kind": "headcount", "rows": 1},
        {"kind": "headcount", "parameters": {"from": "2026-01-01"}},
        {"kind": "joiners", "parameters": {"as_of": "2026-01-01"}},
        {"kind": "joiners", "parameters": {"from": "2026-02-01", "to": "2026-01-01"}},
        {"kind": "joiners", "parameters": {"from": "1000-01-01"}},
        {"kind": "turnover", "parameters": {"group_by": "type"}},
        {"kind": "events", "parameters": {"producer": "payroll"}},
        {"kind": "events", "parameters": {"from": "2026-02-01", "to": "2026-01-01"}},
        {"kind": "events", "parameters": {"aggregate_id": "1' OR 1=1"}},
        {"kind": "headcount", "parameters": []},
        {"kind": "headcount", "company_id": "5d9f0c52-6c8e-5a55-9a0e-0d7b9a0c1f11"},
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(manager: Any, body: dict[str, Any]) -> None:
    answer = manager.post("/reports", body)
    assert answer.status_code == 422, answer.content
    assert manager.get("/reports").json()["reports"] == []


def test_bodies_that_cannot_be_read_are_refused(manager: Any) -> None:
    assert manager.generic("POST", "/reports", "{", content_type="application/json").status_code == 400
    assert manager.generic("POST", "/reports", "kind=x", content_type="text/plain").status_code == 415
    large = '{"kind": "' + "x" * 20_000_000 + '"}'
    assert manager.generic("POST", "/reports", large, content_type="application/json").status_code == 413


def test_nobody_may_have_too_many_reports_waiting(manager: Any) -> None:
    for _ in range(MOST_WAITING):
        ask(manager, "headcount")
    answer = manager.post("/reports", {"kind": "headcount"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "TOO_MANY_REPORTS")


def test_a_repeated_request_asks_once(manager: Any) -> None:
    twice = [
        manager.post("/reports", {"kind": "headcount"}, HTTP_IDEMPOTENCY_KEY="k1").json() for _ in range(2)
    ]
    assert twice[0]["report"]["id"] == twice[1]["report"]["id"]
    assert manager.get("/reports?page=1").json()["pagination"]["total"] == 1


def test_a_file_is_an_attachment_whatever_the_client_would_accept(manager: Any) -> None:
    report = ask(manager, "headcount", format="xlsx")
    assert manager.get(f"/reports/{report['id']}/download").status_code == 409
    reports_write()
    answer = manager.get(f"/reports/{report['id']}/download", HTTP_ACCEPT="text/csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="headcount-')
    assert answer.headers["Content-Type"].startswith("application/vnd.openxml")
    assert answer.headers["Cache-Control"] == "no-store"


def test_files_are_kept_for_some_days_only(manager: Any, report_folder: Path) -> None:
    old, new = ask(manager, "headcount"), ask(manager, "joiners")
    reports_write()
    with all_companies("test"):
        Report.objects.filter(id=old["id"]).update(expires_at=timezone.now() - timedelta(seconds=1))
    expire_reports()
    expire_reports()
    assert (look(manager, old)["status"], look(manager, new)["status"]) == ("expired", "ready")
    answer = manager.get(f"/reports/{old['id']}/download")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "REPORT_EXPIRED")
    assert len(list(report_folder.rglob("*.csv"))) == 1
    assert content(manager, new)


@override_settings(REPORT_DAYS=3)
def test_how_long_files_are_kept_is_a_setting(manager: Any) -> None:
    report = ask(manager, "headcount")
    reports_write()
    with all_companies("test"):
        kept = Report.objects.get(id=report["id"])
    assert kept.expires_at is not None
    assert timedelta(days=2, hours=23) < kept.expires_at - timezone.now() <= timedelta(days=3)


def test_a_storage_that_cannot_take_the_file_fails_the_report_after_some_attempts(
    manager: Any, report_folder: Path
) -> None:
    report = ask(manager, "headcount")
    report_folder.rmdir()
    report_folder.write_text("a file where the folder should be")
    for _ in range(3):
        assert reports_write() == 1
        with all_companies("test"):
            Report.objects.filter(status="running").update(lease_until=timezone.now() - timedelta(seconds=1))
    failed = look(manager, report)
    assert (failed["status"], failed["error"]) == (
        "failed", "The report could not be written. What went wrong has been recorded.",
    )  # fmt: skip
    assert reports_write() == 0


def test_an_event_report_shows_what_a_company_may_see_and_no_more(manager: Any, company_id: UUID) -> None:
    with all_companies("test"):
        StoredEventFactory(company_id=company_id, payload={"name": "=1+1"})
        StoredEventFactory(company_id=None, type="session.created")
        StoredEventFactory(company_id=uuid4())
    [row] = table(manager, "events")[1:]
    assert row[8] == '{"name": "=1+1"}'
