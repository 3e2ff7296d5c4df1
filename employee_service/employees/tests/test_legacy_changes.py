"""What changed in the old application's file since an import, and what a rollback takes away."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from common.days import today
from common.legacy.ids import department_id, employee_user_id, new_id
from common.security.tenancy import all_companies
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
from common.testing.legacy_runs import events_published, import_legacy, table_content
from employee_service.employees.models import (
    Deduction,
    Employee,
    EmployeeProfile,
    EmploymentEvent,
    Leave,
    SearchTerm,
    Violation,
)
from employee_service.employees.selectors.lists import employees_found
from employee_service.employees.services.employment import employee_update
from employee_service.employees.tests.factories import EmployeeFactory, ReviewFactory

pytestmark = pytest.mark.usefixtures("db")

COMPANY, OTHER = (new_id("companies", f"company-{number}") for number in (1, 2))
EMPLOYEE = new_id("employees", "emp-1")
OWN = (
    "employees", "employee_profiles", "employee_search_terms", "employment_events", "leaves", "deductions",
    "violations", "quarantined_rows", "todo_items", "imported_rows",
)  # fmt: skip
PEOPLE: dict[str, Any] = {
    "companies": [company(1), company(2)],
    "users": [user(1)],
    "employees": [employee(1)],
    "employee_leaves": [leave(1)],
    "employee_deductions": [deduction(1)],
    "employee_violations": [violation(1)],
}


class Old:
    """The old application: what its file says now is brought over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = 0

    def says(self, **tables: Any) -> dict[str, Any]:
        """The report of bringing over PEOPLE with these tables instead; the first time all of it."""
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        source = write_legacy_file(folder / "old.db", **PEOPLE | tables)
        report = import_legacy(
            source, folder / "reports", incremental=self._runs > 1, run=f"run-{self._runs}"
        )
        found: dict[str, Any] = report["tables"]
        return found


@pytest.fixture
def old(tmp_path: Path) -> Old:
    """An old application whose PEOPLE are here."""
    application = Old(tmp_path)
    application.says()
    return application


def told(after: int) -> list[tuple[str, Any]]:
    return events_published()[after:]


def the_employee() -> Employee:
    with all_companies("test"):
        return Employee.objects.get(id=EMPLOYEE)


def test_another_first_moment_is_taken_over_and_told_to_nobody(old: Old) -> None:
    before = len(events_published())
    later = SECOND + 60
    old.says(employees=[employee(1, created_at=later)], employee_leaves=[leave(1, created_at=later)])
    with all_companies("test"):
        found = {Employee.objects.get(id=EMPLOYEE).created_at, Leave.objects.get().created_at}
    assert found == {datetime.fromtimestamp(later, UTC)}
    assert told(before) == []


def test_a_changed_employee_is_brought_over_with_all_that_hangs_on_it(old: Old) -> None:
    before = len(events_published())
    row = employee(
        1,
        first_name="خالد",
        arabic_name="خالد المطيري",
        salary=300,
        position="مدير",
        department="المحاسبة",
        emergency_contact="سارة",
    )
    assert old.says(employees=[row])["employees"]["changed"] == 1
    found = the_employee()
    assert (found.full_name_ar, found.salary, found.position) == ("خالد المطيري", Decimal(300), "مدير")
    assert (found.department_id, found.version) == (department_id(COMPANY, "المحاسبة"), 2)
    with all_companies("test"):
        assert EmployeeProfile.objects.get().emergency_contact_name == "سارة"
        assert list(employees_found(Employee.objects.all(), "المطيري")) == [found]
        assert not employees_found(Employee.objects.all(), "إبراهيم")
        history = EmploymentEvent.objects.exclude(kind="hired")
        assert {entry.kind for entry in history} == {"pay_changed", "position_changed", "transferred"}
        paid = history.get(kind="pay_changed")
        assert (paid.old_salary, paid.new_salary, paid.effective_date) == (
            Decimal("250.5"),
            Decimal(300),
            today(),
        )
    (updated, transferred) = told(before)
    assert updated[0] == "employee.updated"
    assert {"salary", "profile.emergency_contact_name", "full_name_ar"} <= set(updated[1]["changed"])
    assert (transferred[0], transferred[1]["source"]) == ("employee.transferred", "import")


def test_a_row_that_says_the_same_in_other_words_changes_and_tells_nothing(old: Old) -> None:
    content, events = [table_content(table) for table in OWN[:7]], events_published()
    old.says(
        employees=[employee(1, hire_date="01/02/2020", salary="250.500 KD")],
        employee_leaves=[leave(1, start_date="02/01/2025")],
        employee_deductions=[deduction(1, amount="12.5")],
        employee_violations=[violation(1, severity="Medium")],
    )
    assert ([table_content(table) for table in OWN[:7]], events_published()) == (content, events)


def test_somebody_who_left_over_there_has_left_here_and_may_come_back(old: Old) -> None:
    before = len(events_published())
    old.says(employees=[employee(1, status="archived", archive_reason="استقالة")])
    found = the_employee()
    assert (found.lifecycle, found.employment_status, found.archived) == ("ended", "terminated", True)
    assert found.termination_reason == "استقالة"
    with all_companies("test"):
        assert EmploymentEvent.objects.filter(kind="terminated", reason="استقالة").count() == 1
    assert [kind for kind, _ in told(before)] == [
        "employee.updated", "employee.terminated", "employee.archived",
    ]  # fmt: skip
    old.says()
    assert (the_employee().lifecycle, the_employee().archived) == ("current", False)
    assert [kind for kind, _ in told(before)[3:]] == ["employee.removed", "employee.hired"]


def test_a_hire_date_that_becomes_known_begins_the_record(tmp_path: Path) -> None:
    old = Old(tmp_path)
    old.says(employees=[employee(1, hire_date=None)])
    with all_companies("test"):
        assert not EmploymentEvent.objects.exists()
    old.says()
    with all_companies("test"):
        entry = EmploymentEvent.objects.get()
    assert (entry.kind, entry.effective_date) == ("hired", date(2020, 2, 1))


def test_somebody_who_moves_to_another_company_takes_everything_along(old: Old) -> None:
    before = len(events_published())
    old.says(employees=[employee(1, company_id="company-2")])
    with all_companies("test"):
        for model in (EmployeeProfile, EmploymentEvent, SearchTerm, Leave, Deduction, Violation):
            assert set(model.objects.values_list("company_id", flat=True)) == {OTHER}
    assert the_employee().company_id == OTHER
    assert [(kind, event["company_id"]) for kind, event in told(before)] == [
        ("leave.removed", str(COMPANY)),
        ("deduction.removed", str(COMPANY)),
        ("violation.removed", str(COMPANY)),
        ("employee.removed", str(COMPANY)),
        ("employee.hired", str(OTHER)),
        ("leave.approved", str(OTHER)),
        ("deduction.updated", str(OTHER)),
        ("violation.recorded", str(OTHER)),
    ]


def test_what_the_old_system_does_not_know_stays_as_people_have_it_here(old: Old) -> None:
    with all_companies("test"):
        employee_update(employee_id=EMPLOYEE, changes={"passport_expiry": date(2030, 1, 1)})
    old.says(employees=[employee(1, phone="+965 1")])
    assert (the_employee().phone, the_employee().passport_expiry) == ("+965 1", date(2030, 1, 1))


def test_changed_records_are_brought_over_and_told_of(old: Old) -> None:
    before = len(events_published())
    tables = old.says(
        employee_leaves=[leave(1, status="rejected", rejection_reason="no cover")],
        employee_deductions=[deduction(1, amount=20)],
        employee_violations=[violation(1, severity="high")],
    )
    assert {name: tables[name]["changed"] for name in tables} == {
        "employees": 0, "leaves": 1, "deductions": 1, "violations": 1,
    }  # fmt: skip
    kinds = [(kind, event["source"]) for kind, event in told(before)]
    assert kinds == [
        (kind, "import") for kind in ("leave.rejected", "deduction.updated", "violation.recorded")
    ]
    with all_companies("test"):
        assert Leave.objects.get().decision_reason == "no cover"
        assert Deduction.objects.get().amount == 20


def test_a_text_that_no_event_tells_changes_without_one(old: Old) -> None:
    before = len(events_published())
    old.says(
        employee_leaves=[leave(1, reason="حج")],
        employee_deductions=[deduction(1, reason="late twice")],
        employee_violations=[violation(1, description="late twice")],
    )
    with all_companies("test"):
        assert (Leave.objects.get().reason, Leave.objects.get().version) == ("حج", 2)
    assert told(before) == []


def test_leaves_may_swap_their_days_and_move_onto_each_other(old: Old) -> None:
    old.says(employee_leaves=[leave(1), leave(2)])
    first, second = ({"start_date": f"2025-0{n}-02", "end_date": f"2025-0{n}-04"} for n in (1, 2))
    old.says(employee_leaves=[leave(1, **second), leave(2, **first)])
    with all_companies("test"):
        assert Leave.objects.get(old_id="leave-1").start_date == date(2025, 2, 2)
    tables = old.says(employee_leaves=[leave(1, **second), leave(2, **second)])
    assert tables["leaves"]["todo"] == {"overlapping_leave": 1}
    with all_companies("test"):
        assert Leave.objects.filter(start_date=date(2025, 2, 2)).count() == 2


def test_what_is_gone_over_there_goes_here_with_its_events(old: Old) -> None:
    before = len(events_published())
    old.says(employees=[], employee_leaves=[], employee_deductions=[], employee_violations=[])
    assert [table_content(table) for table in OWN[:7]] == [[]] * 7
    assert [kind for kind, _ in told(before)] == [
        "violation.removed", "deduction.removed", "leave.removed", "employee.removed",
    ]  # fmt: skip
    assert told(before)[-1][1]["user_id"] == str(employee_user_id("emp-1"))


def test_the_end_of_an_account_takes_no_deduction_and_no_violation_with_it(old: Old) -> None:
    """The old application deleted what the account had recorded; leaves it kept."""
    tables = old.says(users=[], employee_deductions=[], employee_violations=[])
    assert (tables["deductions"]["removed"], tables["violations"]["removed"]) == (0, 0)
    assert tables["deductions"]["conflict_kinds"] == {"must_stay": 1}
    with all_companies("test"):
        assert Deduction.objects.get().recorded_by == new_id("users", "user-1")
        assert Violation.objects.count() == 1
        leave_here = Leave.objects.get()
    assert (leave_here.decided_by, leave_here.old_values["approved_by"]) == (None, "user-1")


def test_a_deduction_that_was_deleted_on_its_own_goes(old: Old) -> None:
    assert old.says(employee_deductions=[])["deductions"]["removed"] == 1


def _fill_in_passport(employee_id: UUID) -> None:
    employee_update(employee_id=employee_id, changes={"passport_expiry": date(2030, 1, 1)})


def _review(employee_id: UUID) -> None:
    reviewer = EmployeeFactory.create(company_id=COMPANY)
    ReviewFactory.create(company_id=COMPANY, employee=the_employee(), reviewer=reviewer)


def _manage(employee_id: UUID) -> None:
    EmployeeFactory.create(company_id=COMPANY, manager_id=employee_id)


@pytest.mark.parametrize("made", [_fill_in_passport, _review, _manage])
def test_somebody_for_whom_people_made_something_stays_when_gone_over_there(old: Old, made: Any) -> None:
    with all_companies("test"):
        made(EMPLOYEE)
    nothing: dict[str, Any] = {f"employee_{name}": [] for name in ("leaves", "deductions", "violations")}
    tables = old.says(employees=[], **nothing)
    assert tables["employees"]["conflict_kinds"] == {"must_stay": 1}
    assert the_employee().id == EMPLOYEE


def _roll_back(folder: Path) -> None:
    call_command("rollback_legacy", run="run-1", report_dir=folder / "back")


def test_a_rollback_leaves_everything_as_it_was_before(tmp_path: Path) -> None:
    with all_companies("test"):
        EmployeeFactory.create(company_id=COMPANY, email="own@example.com")
    before = [table_content(table) for table in OWN]
    application = Old(tmp_path)
    days = {"start_date": "2025-01-02", "end_date": "2025-01-04"}
    application.says(
        employee_leaves=[leave(1), leave(2, **days), leave(3, employee_id="emp-9")],
        employees=[employee(1), employee(2, email=None), employee(3, salary=-1)],
    )
    _roll_back(tmp_path)
    assert [table_content(table) for table in OWN] == before


def test_a_rollback_leaves_whom_people_have_changed(old: Old, tmp_path: Path) -> None:
    with all_companies("test"):
        employee_update(employee_id=EMPLOYEE, changes={"phone": "+965 2"})
    _roll_back(tmp_path)
    assert the_employee().phone == "+965 2"
    with all_companies("test"):
        assert not Leave.objects.exists()
