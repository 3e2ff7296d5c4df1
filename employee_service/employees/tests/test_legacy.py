"""Employees out of the old application's file."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common.legacy.facts import Facts
from common.legacy.ids import department_id, employee_user_id, new_id
from common.legacy.mapper import Imported, Quarantined
from common.legacy.models import QuarantinedRow, ToDoItem
from common.security.tenancy import all_companies, company_scope
from common.testing.database import TestDatabase
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import (
    CARRIED,
    SET_ASIDE,
    company,
    employee,
    user,
    write_dirty_file,
    write_legacy_file,
)
from common.testing.legacy_runs import (
    REAL_FILES,
    events_published,
    import_legacy,
    import_legacy_killed,
    table_content,
)
from employee_service.employees.legacy.employees import map_employee
from employee_service.employees.models import Employee, EmployeeProfile
from employee_service.employees.services.imports.values import ImportedEmployee, ImportedProfile

FACTS = known_facts(companies=["company-1", "company-2"])
COMPANY = new_id("companies", "company-1")


def args_of(row: dict[str, Any], facts: Facts = FACTS) -> tuple[ImportedEmployee, list[str]]:
    found = map_employee(row, 0, facts)
    assert isinstance(found, Imported)
    return found.args, [item.kind.value for item in found.todo]


def test_a_sound_employee_is_carried_whole() -> None:
    args, todo = args_of(
        employee(
            1,
            civil_id="288010112345",
            residence_expiry="2027-05-01",
            address="حولي",
            emergency_contact="سارة",
            bank_account="KW1",
            date_of_birth="1990-02-28",
        )
    )
    assert (args.id, args.company_id) == (new_id("employees", "emp-1"), COMPANY)
    assert args.user_id == employee_user_id("emp-1")
    assert args.department_id == department_id(COMPANY, "المبيعات")
    assert (args.full_name_ar, args.position, args.email) == (
        "محمد أحمد إبراهيم",
        "محاسب",
        "employee1@example.com",
    )
    assert (args.hire_date, args.salary) == (date(2020, 2, 1), Decimal("250.500"))
    assert (args.civil_id, args.residence_expiry) == ("288010112345", date(2027, 5, 1))
    assert args.profile == ImportedProfile(
        date_of_birth=date(1990, 2, 28),
        address={"street": "حولي"},
        emergency_contact_name="سارة",
        skills=("sales", "العربية"),
        old_values={"bank_account": "KW1"},
    )
    assert todo == []


def test_a_missing_date_and_address_stay_empty_and_are_listed() -> None:
    args, todo = args_of(employee(1, hire_date=None, email=""))
    assert (args.hire_date, args.email) == (None, "")
    assert todo == ["missing_email", "missing_hire_date"]
    assert args_of(employee(1, email="none"))[1] == ["unusable_email"]


def test_an_address_that_belongs_to_somebody_else_is_left_out_and_listed() -> None:
    facts = known_facts(companies=["company-1"], email_owners={"employee1@example.com": ("users", "user-9")})
    args, todo = args_of(employee(1), facts)
    assert args.email == ""
    assert todo == ["duplicate_email"]


def test_an_employee_who_has_an_account_keeps_it_and_its_address() -> None:
    owners = {"employee1@example.com": ("users", "user-9")}
    args, todo = args_of(
        employee(1), known_facts(companies=["company-1"], email_owners=owners, accounts={"emp-1": "user-9"})
    )
    assert (args.user_id, args.email) == (new_id("users", "user-9"), "employee1@example.com")
    assert todo == ["linked_account"]


@pytest.mark.parametrize(
    ("row", "status", "archived", "reason"),
    [
        ({"status": "terminated"}, "terminated", False, ""),
        ({"status": "archived", "archive_reason": "استقالة"}, "terminated", True, "استقالة"),
        ({"is_archived": 1}, "terminated", True, ""),
        ({"status": "On Leave"}, "on_leave", False, ""),
        ({"status": None}, "active", False, ""),
    ],
)
def test_old_states_become_states_that_are_allowed_here(
    row: dict[str, Any], status: str, archived: bool, reason: str
) -> None:
    args, _ = args_of(employee(1, **row))
    assert (args.employment_status, args.archived, args.termination_reason) == (status, archived, reason)


def test_a_reason_for_archiving_of_somebody_present_is_not_lost() -> None:
    args, _ = args_of(employee(1, archive_reason="?"))
    assert args.profile is not None
    assert args.profile.old_values == {"archive_reason": "?"}


@pytest.mark.parametrize(("values", "reason"), SET_ASIDE.values(), ids=SET_ASIDE.keys())
def test_a_faulty_row_is_set_aside_with_its_reason(values: dict[str, Any], reason: str) -> None:
    found = map_employee(employee(1, **values), 0, FACTS)
    assert isinstance(found, Quarantined)
    assert found.reason == reason


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("source", REAL_FILES, ids=lambda path: path.stem)
def test_the_old_applications_own_file_comes_in_whole_and_once(tmp_path: Path, source: Path) -> None:
    first = import_legacy(source, tmp_path)
    people = first["tables"]["employees"]
    assert people["imported"] == 3
    assert people["todo"] == {"missing_email": 3, "missing_hire_date": 3}
    with all_companies("test"):
        found = Employee.objects.get(pk=new_id("employees", "emp-1"))
        assert (found.full_name_ar, found.full_name_en) == ("محمد أحمد إبراهيم", "Mohammed Ahmed Ibrahim")
        assert (found.position, found.nationality, found.salary) == ("مدير عام", "مصري", Decimal("2500.000"))
        assert (found.old_id, found.hire_date, found.is_active) == ("emp-1", None, True)
    kinds = {(kind, event["source"], event["user_id"]) for kind, event in events_published()}
    assert kinds == {
        ("employee.hired", "import", str(employee_user_id(f"emp-{number}"))) for number in (1, 2, 3)
    }
    before = _content(), events_published()
    for file in REAL_FILES:
        again = import_legacy(file, tmp_path)
        assert again["total"] | {"imported": 0, "unchanged": 3} == again["total"]
    assert (_content(), events_published()) == before


@pytest.mark.usefixtures("db")
def test_a_dirty_file_is_accounted_for_row_by_row(tmp_path: Path) -> None:
    report = import_legacy(write_dirty_file(tmp_path / "old.db"), tmp_path / "reports")
    people = report["tables"]["employees"]
    assert (people["imported"], people["quarantined"]) == (len(CARRIED) + 1, len(SET_ASIDE) + 1)
    expected = {kind: 1 for _, kinds in CARRIED.values() for kind in kinds}
    assert people["todo"] == expected
    with all_companies("test"):
        kept = {row.reason: row for row in QuarantinedRow.objects.all()}
        assert kept["unknown_company"].company_id is None
        assert kept["repeated_id"].content["first_name"] == "أخرى"
        assert {item.kind for item in ToDoItem.objects.all()} == set(expected)
    with company_scope(COMPANY):
        assert QuarantinedRow.objects.exists()
        assert not QuarantinedRow.objects.filter(reason="unknown_company").exists()


@pytest.mark.usefixtures("db")
def test_the_profile_holds_what_has_no_column_here(tmp_path: Path) -> None:
    row = employee(1, bank_account="KW1", shoe_size="44")
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], users=[user(1)], employees=[row])
    report = import_legacy(source, tmp_path / "reports")
    assert report["file"]["tables"]["employees"]["unknown_columns"] == ["shoe_size"]
    with all_companies("test"):
        profile = EmployeeProfile.objects.get()
    assert profile.old_values == {"bank_account": "KW1", "shoe_size": "44"}
    assert profile.skills == ["sales", "العربية"]


@pytest.mark.usefixtures("db")
def test_an_employee_whom_the_service_refuses_is_set_aside(tmp_path: Path) -> None:
    first = write_legacy_file(tmp_path / "1.db", companies=[company(1)], employees=[employee(1)])
    import_legacy(first, tmp_path / "1")
    again = employee(2, email="employee1@example.com")
    second = write_legacy_file(tmp_path / "2.db", companies=[company(1)], employees=[again])
    report = import_legacy(second, tmp_path / "2")
    assert report["tables"]["employees"]["reasons"] == {"refused": 1}
    with all_companies("test"):
        kept = QuarantinedRow.objects.get()
    assert kept.detail.startswith("EMPLOYEE_EXISTS")
    assert kept.company_id == COMPANY


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("rows", [1, 15])
def test_a_killed_import_run_again_ends_the_same(
    tmp_path: Path, test_database: TestDatabase, rows: int
) -> None:
    source = write_dirty_file(tmp_path / "old.db")
    content = []
    import_legacy_killed(source, tmp_path / "killed", after_rows=rows)
    for attempt in ("resumed", "clean"):
        report = import_legacy(source, tmp_path / attempt)
        assert report["resumed"] is (attempt == "resumed")
        # The number of a hire that was taken back stays unused.
        events = [(kind, event | {"employee_number": None}) for kind, event in events_published()]
        content.append((_content(), events))
        test_database.restore()
    assert content[0] == content[1]


def _content() -> list[list[dict[str, Any]]]:
    """What is sealed looks different each time; its marks do not."""
    own = {
        "employees": ["employee_id", "salary", "civil_id", "passport_number", "residence_number"],
        "employee_profiles": ["id", "old_values"],
        "quarantined_rows": ["run_id", "content", "corrected"],
        "todo_items": ["run_id"],
    }
    return [table_content(table, without=columns) for table, columns in own.items()]
