"""Leaves, deductions and violations out of the old application's file."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.legacy.ids import new_id
from common.legacy.models import QuarantinedRow, ToDoItem
from common.security.tenancy import all_companies, company_scope
from common.testing.legacy_files import (
    SECOND,
    company,
    deduction,
    employee,
    leave,
    user,
    violation,
    write_legacy_file,
)
from common.testing.legacy_runs import events_published, import_legacy
from employee_service.employees.models import Deduction, Leave, Violation

pytestmark = pytest.mark.usefixtures("db")

COMPANY = new_id("companies", "company-1")
EMPLOYEE = new_id("employees", "emp-1")
ACCOUNT = new_id("users", "user-1")
TABLES = {
    "leaves": "employee_leaves",
    "deductions": "employee_deductions",
    "violations": "employee_violations",
}


def brought(folder: Path, **tables: Any) -> dict[str, Any]:
    """The report of an import of one company with one account and one employee, and ``tables``."""
    people = {"companies": [company(1)], "users": [user(1)], "employees": [employee(1)]}
    source = write_legacy_file(folder / "old.db", **people | tables)
    return import_legacy(source, folder / "reports")


def leaves_of(folder: Path, *rows: dict[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = brought(folder, employee_leaves=rows)["tables"]
    found: dict[str, Any] = tables["leaves"]
    return found


def only_leave() -> Leave:
    with all_companies("test"):
        return Leave.objects.get()


def test_an_approved_leave_comes_over_whole_and_is_told_of_once(tmp_path: Path) -> None:
    leaves_of(tmp_path, leave(1, legacy_code="X7"))
    found = only_leave()
    assert (found.id, found.old_id) == (new_id("employee_leaves", "leave-1"), "leave-1")
    assert (found.company_id, found.employee_id) == (COMPANY, EMPLOYEE)
    assert (found.leave_type, found.status, found.days, found.reason) == ("annual", "approved", 3, "سفر")
    assert (found.start_date, found.end_date) == (date(2025, 1, 2), date(2025, 1, 4))
    assert (found.decided_by, found.decided_at) == (ACCOUNT, datetime.fromtimestamp(SECOND, UTC))
    assert (found.old_values, found.shares_days) == ({"legacy_code": "X7"}, False)
    [told] = [event for kind, event in events_published() if kind.startswith("leave.")]
    assert (told["source"], told["decided_by"], told["days"]) == ("import", str(ACCOUNT), 3)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("approved", "leave.approved"), ("rejected", "leave.rejected"), ("pending", "leave.requested")],
)
def test_a_leave_is_told_of_by_how_it_stands(tmp_path: Path, status: str, kind: str) -> None:
    leaves_of(tmp_path, leave(1, status=status, rejection_reason="no cover"))
    assert [name for name, _ in events_published() if name.startswith("leave.")] == [kind]


def test_a_leave_that_waits_has_no_decision_and_keeps_who_was_named(tmp_path: Path) -> None:
    report = leaves_of(tmp_path, leave(1, status="pending"))
    found = only_leave()
    assert (found.decided_by, found.decided_at) == (None, None)
    assert found.old_values["approved_by"] == "user-1"
    assert report["todo"] == {}


def test_an_approval_without_an_approver_stands_and_nobody_is_named(tmp_path: Path) -> None:
    row = leave(1, approved_by=None, approved_at=None, updated_at=SECOND + 60)
    assert leaves_of(tmp_path, row)["todo"] == {}
    found = only_leave()
    assert (found.status, found.decided_by) == ("approved", None)
    assert found.decided_at == datetime.fromtimestamp(SECOND + 60, UTC)


def test_a_decision_without_any_moment_was_made_when_the_leave_began(tmp_path: Path) -> None:
    leaves_of(tmp_path, leave(1, approved_at=None, updated_at=None, created_at=None))
    assert only_leave().decided_at == datetime(2025, 1, 2, tzinfo=UTC)


def test_who_is_no_account_of_the_file_is_kept_as_an_old_value_and_listed(tmp_path: Path) -> None:
    report = brought(
        tmp_path,
        employee_leaves=[leave(1, approved_by="the boss")],
        employee_deductions=[deduction(1, processed_by="payroll@old.example")],
        employee_violations=[violation(1, reported_by="user-99")],
    )
    assert all(report["tables"][name]["todo"] == {"unknown_person": 1} for name in TABLES)
    with all_companies("test"):
        assert Leave.objects.get().old_values == {"approved_by": "the boss"}
        assert Leave.objects.get().decided_by is None
        assert Deduction.objects.get().old_values == {"processed_by": "payroll@old.example"}
        assert Deduction.objects.get().recorded_by is None
        assert Violation.objects.get().reported_by is None
        assert {item.subject_name for item in ToDoItem.objects.exclude(subject_kind="employee")} == {
            "محمد أحمد إبراهيم"
        }


@pytest.mark.parametrize(
    ("days", "carried", "listed"),
    [
        (1, 1, False),
        ("٣", 3, False),
        (3.0, 3, False),
        (4, 1, True),
        (0, 1, True),
        (-2, 1, True),
        (2.5, 1, True),
        ("many", 1, True),
        (None, 1, True),
    ],
)
def test_days_that_the_dates_do_not_allow_are_counted_anew(
    tmp_path: Path, days: Any, carried: int, listed: bool
) -> None:
    """From Thursday to Saturday there is one working day."""
    report = leaves_of(tmp_path, leave(1, days=days))
    found = only_leave()
    assert found.days == carried
    assert report["todo"] == ({"other_days": 1} if listed else {})
    assert found.old_values == ({"days": days} if listed else {})


def test_a_leave_on_a_weekend_has_its_days(tmp_path: Path) -> None:
    leaves_of(tmp_path, leave(1, start_date="2025-01-03", end_date="2025-01-04", days=9))
    assert only_leave().days == 2


@pytest.mark.parametrize("written", ["02/01/2025", "٠٢-٠١-٢٠٢٥", "2025-01-01T21:00:00Z", "20250102"])
def test_days_are_read_however_they_were_written(tmp_path: Path, written: str) -> None:
    leaves_of(tmp_path, leave(1, start_date=written, created_at=SECOND * 1000))
    found = only_leave()
    assert found.start_date == date(2025, 1, 2)
    assert found.created_at == datetime.fromtimestamp(SECOND, UTC)


@pytest.mark.parametrize(
    ("table", "row", "problems"),
    [
        ("leaves", leave(1, type="sabbatical"), {"type": "unknown_word"}),
        ("leaves", leave(1, type=None), {"type": "missing"}),
        ("leaves", leave(1, status="maybe"), {"status": "unknown_word"}),
        ("leaves", leave(1, end_date="2025-01-01"), {"end_date": "before_start"}),
        ("leaves", leave(1, end_date="2052-01-01"), {"end_date": "out_of_range"}),
        ("leaves", leave(1, start_date="2025-02-31"), {"start_date": "impossible_date"}),
        ("leaves", leave(1, start_date=None), {"start_date": "missing"}),
        ("leaves", leave(1, reason="a\x00b"), {"reason": "unstorable_characters"}),
        ("deductions", deduction(1, type="fine"), {"type": "unknown_word"}),
        ("deductions", deduction(1, status="lost"), {"status": "unknown_word"}),
        ("deductions", deduction(1, amount=-1.0), {"amount": "negative"}),
        ("deductions", deduction(1, amount=0), {"amount": "nothing"}),
        ("deductions", deduction(1, amount=None), {"amount": "missing"}),
        ("deductions", deduction(1, amount=float("inf")), {"amount": "not_a_number"}),
        ("deductions", deduction(1, amount="a lot"), {"amount": "not_a_number"}),
        ("deductions", deduction(1, amount=1e9), {"amount": "out_of_range"}),
        ("deductions", deduction(1, amount=1.23456), {"amount": "too_precise"}),
        ("deductions", deduction(1, date="soon"), {"date": "not_a_date"}),
        ("violations", violation(1, severity="terrible"), {"severity": "unknown_word"}),
        ("violations", violation(1, date=None), {"date": "missing"}),
    ],
)
def test_what_cannot_be_carried_is_set_aside_with_every_problem(
    tmp_path: Path, table: str, row: dict[str, Any], problems: dict[str, str]
) -> None:
    report = brought(tmp_path, **{TABLES[table]: [row]})
    assert report["tables"][table]["reasons"] == {"unreadable_values": 1}
    with company_scope(COMPANY):
        kept = QuarantinedRow.objects.get(table=TABLES[table])
    assert (kept.problems, kept.old_id) == (problems, row["id"])


@pytest.mark.parametrize("table", TABLES)
def test_a_row_of_nobody_and_a_repeated_or_missing_id_are_set_aside(tmp_path: Path, table: str) -> None:
    make = {"leaves": leave, "deductions": deduction, "violations": violation}[table]
    aside = employee(2, salary=-1.0)
    rows = [
        make(1),
        make(1, reason="again", description="again"),
        make(2, id=None),
        make(3, employee_id="emp-gone"),
        make(4, employee_id="emp-2"),
        make(5, employee_id=None),
    ]
    report = brought(tmp_path, employees=[employee(1), aside], **{TABLES[table]: rows})
    tally = report["tables"][table]
    assert (tally["imported"], tally["quarantined"]) == (1, 5)
    assert tally["reasons"] == {"repeated_id": 1, "missing_id": 1, "unknown_employee": 3}
    with all_companies("test"):
        detail = {row.old_id: row.detail for row in QuarantinedRow.objects.filter(reason="unknown_employee")}
    assert {detail[f"{table[:-1]}-3"], detail[f"{table[:-1]}-4"]} == {"emp-gone", "emp-2"}


@pytest.mark.parametrize("amount", [12.5, "12.500", "12.5 KD", "١٢٫٥", "د.ك 12.5"])
def test_amounts_are_read_from_numbers_and_from_text(tmp_path: Path, amount: Any) -> None:
    brought(tmp_path, employee_deductions=[deduction(1, amount=amount)])
    with all_companies("test"):
        found = Deduction.objects.get()
    assert (found.amount, found.effective_date) == (Decimal("12.500"), date(2025, 3, 1))
    assert (found.recorded_by, found.description) == (ACCOUNT, "تأخير")
    [told] = [event for kind, event in events_published() if kind == "deduction.created"]
    assert (told["amount"], told["source"]) == ("12.500", "import")


@pytest.mark.parametrize(
    ("written", "carried", "kept"),
    [("Attendance", "attendance", None), ("سرقة", "other", "سرقة"), (None, "other", None)],
)
def test_a_violation_of_another_kind_keeps_the_old_word(
    tmp_path: Path, written: str | None, carried: str, kept: str | None
) -> None:
    brought(tmp_path, employee_violations=[violation(1, type=written, severity=None)])
    with all_companies("test"):
        found = Violation.objects.get()
    assert (found.violation_type, found.severity, found.reported_by) == (carried, "medium", ACCOUNT)
    assert found.old_values.get("type") == kept


def test_leaves_on_the_same_days_are_kept_and_listed(tmp_path: Path) -> None:
    days = {"start_date": "2025-06-01", "end_date": "2025-06-05", "days": 4}
    rows = [
        leave(1, **days),
        leave(2, **days | {"end_date": "2025-06-09"}),
        leave(3, **days, status="rejected"),
        leave(4, start_date="2025-06-09", end_date="2025-06-10", days=1),
        leave(5, **days, employee_id="emp-2"),
    ]
    source = write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1)],
        users=[user(1)],
        employees=[employee(1), employee(2)],
        employee_leaves=rows,
    )
    for batch in (1, 2, 5):
        report = import_legacy(source, tmp_path / str(batch), batch_size=batch, dry_run=batch != 5)
        assert report["tables"]["leaves"]["todo"] == {"overlapping_leave": 2}
    with all_companies("test"):
        beside = Leave.objects.filter(shares_days=True)
        assert sorted(beside.values_list("old_id", flat=True)) == ["leave-2", "leave-4"]
        assert Leave.objects.count() == 5


def test_a_leave_of_somebody_whom_the_service_refused_is_set_aside(tmp_path: Path) -> None:
    first = write_legacy_file(tmp_path / "1.db", companies=[company(1)], employees=[employee(9)])
    import_legacy(first, tmp_path / "1")
    second = write_legacy_file(
        tmp_path / "2.db",
        companies=[company(1)],
        users=[user(1)],
        employees=[employee(1, email="employee9@example.com")],
        employee_leaves=[leave(1)],
    )
    report = import_legacy(second, tmp_path / "2")
    assert report["tables"]["leaves"]["reasons"] == {"refused": 1}
    with all_companies("test"):
        assert QuarantinedRow.objects.get(table="employee_leaves").detail.startswith("NOT_FOUND")
