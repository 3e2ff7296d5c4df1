"""Accounts out of the old application's file."""

from pathlib import Path
from typing import Any

import pytest

from auth_service.users.legacy.accounts import map_employee, map_user
from auth_service.users.models import Membership, User
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.services.imports import ImportedUser
from common.legacy.facts import Facts
from common.legacy.ids import employee_user_id, new_id
from common.legacy.mapper import Imported, Merged, Quarantined, Skipped
from common.legacy.models import QuarantinedRow, ToDoItem
from common.security.tenancy import all_companies
from common.testing.database import TestDatabase
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import (
    CARRIED,
    PASSWORD_HASH,
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

FACTS = known_facts(companies=["company-1", "company-2"], employees=["emp-1"])
COMPANY = new_id("companies", "company-1")


def args_of(row: dict[str, Any], facts: Facts = FACTS) -> tuple[ImportedUser, list[str]]:
    found = map_user(row, 0, facts)
    assert isinstance(found, Imported)
    return found.args, [item.kind.value for item in found.todo]


def test_a_sound_account_keeps_its_address_role_and_password() -> None:
    args, todo = args_of(
        user(1, email="User1@Example.com", role="administrative_employee", last_login_at=1_755_001_515)
    )
    assert args.id == new_id("users", "user-1")
    assert (args.email, args.role, args.company_id) == ("user1@example.com", "employee", COMPANY)
    assert args.password_hash == PASSWORD_HASH
    assert args.is_active
    assert args.last_login is not None
    assert todo == []


def test_an_account_without_an_address_gets_one_that_receives_nothing_and_is_inactive() -> None:
    args, todo = args_of(user(1, email=None, email_verified=1))
    assert args.email == "no-email+user-1@import.invalid"
    assert not args.is_active
    assert not args.email_verified
    assert todo == ["missing_email"]
    assert args_of(user(1, email="n/a"))[1] == ["unusable_email"]


def test_an_account_without_a_company_has_no_role_unless_it_serves_all() -> None:
    args, todo = args_of(user(1, company_id=None, role="company_manager"))
    assert (args.role, args.company_id) == (None, None)
    assert todo == ["missing_company"]
    args, todo = args_of(user(1, role="super_admin", permissions='["all"]'))
    assert (args.role, args.company_id) == ("super_admin", None)
    assert todo == []


@pytest.mark.parametrize(
    "password", [None, "", "plain text", "5f4dcc3b5aa765d61d8327deb882cf99", "$2b$12$short"]
)
def test_only_a_bcrypt_password_is_kept(password: str | None) -> None:
    args, todo = args_of(user(1, password=password))
    assert args.password_hash is None
    assert todo == ["unusable_password"]


def test_rights_beyond_the_role_are_listed_and_not_given() -> None:
    found = map_user(user(1, permissions='["employees_view", "payroll:view", "all"]'), 0, FACTS)
    assert isinstance(found, Imported)
    (item,) = found.todo
    assert (item.kind, item.detail, item.company_id) == ("other_permissions", "all, employees:view", COMPANY)


def test_an_unknown_role_or_company_is_set_aside() -> None:
    assert isinstance(map_user(user(1, role="emperor"), 0, FACTS), Quarantined)
    assert isinstance(map_user(user(1, company_id="company-gone"), 0, FACTS), Quarantined)


def test_an_employee_without_an_account_gets_an_inactive_one() -> None:
    found = map_employee(employee(1), 0, FACTS)
    assert isinstance(found, Imported)
    args = found.args
    assert args.id == employee_user_id("emp-1")
    assert (args.email, args.role, args.company_id) == ("employee1@example.com", "worker", COMPANY)
    assert not args.is_active
    assert args.password_hash is None


@pytest.mark.parametrize(
    "facts",
    [
        FACTS,
        known_facts(
            companies=["company-1"],
            employees=["emp-1"],
            email_owners={"a@x.example": ("users", "user-1")},
        ),
    ],
)
def test_a_missing_or_taken_address_of_an_employee_is_replaced(facts: Facts) -> None:
    found = map_employee(employee(1, email=None if facts is FACTS else "a@x.example"), 0, facts)
    assert isinstance(found, Imported)
    assert found.args.email == "no-email+emp-1@import.invalid"


def test_an_employee_who_has_an_account_is_merged_into_it() -> None:
    facts = known_facts(
        companies=["company-1"],
        employees=["emp-1"],
        email_owners={"a@x.example": ("users", "user-1")},
        accounts={"emp-1": "user-1"},
    )
    assert map_employee(employee(1, email="a@x.example"), 0, facts) == Merged(
        new_id("users", "user-1"), COMPANY
    )


def test_an_employee_set_aside_elsewhere_gets_no_account() -> None:
    assert isinstance(map_employee(employee(2, salary=-1), 0, FACTS), Skipped)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("source", REAL_FILES, ids=lambda path: path.stem)
def test_the_old_applications_own_file_comes_in_whole_and_once(tmp_path: Path, source: Path) -> None:
    first = import_legacy(source, tmp_path)
    assert {name: table["imported"] for name, table in first["tables"].items()} == {
        "roles": 3,
        "users": 1,
        "company_users": 0,
        "employees": 3,
    }
    with all_companies("test"):
        manager = User.objects.get(pk=new_id("users", "user-1"))
        assert (manager.email, manager.get_full_name()) == ("admin@company.com", "محمد أحمد")
        assert not manager.has_usable_password()
        worker = User.objects.get(pk=employee_user_id("emp-3"))
        assert (worker.get_full_name(), worker.is_active) == ("فاطمة محمد", False)
        assert worker.email == "no-email+emp-3@import.invalid"
        membership = Membership.objects.select_related("role").get(user=worker)
        assert (membership.company_id, membership.role.name) == (new_id("companies", "company-3"), "worker")
        assert set(ToDoItem.objects.values_list("kind", flat=True)) == {
            "missing_company",
            "unusable_password",
        }
    before = _content(), events_published()
    for file in REAL_FILES:
        again = import_legacy(file, tmp_path)
        assert again["total"] | {"imported": 0, "unchanged": 7} == again["total"]
    assert (_content(), events_published()) == before


@pytest.mark.usefixtures("db")
def test_an_old_password_signs_in(tmp_path: Path) -> None:
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], users=[user(1)])
    import_legacy(source, tmp_path / "reports")
    assert user_authenticate(email="USER1@example.com", password="legacy-pass-123").id == new_id(
        "users", "user-1"
    )


@pytest.mark.usefixtures("db")
def test_a_dirty_file_is_accounted_for_row_by_row(tmp_path: Path) -> None:
    report = import_legacy(write_dirty_file(tmp_path / "old.db"), tmp_path / "reports")
    users, employees = report["tables"]["users"], report["tables"]["employees"]
    assert users["reasons"] == {"repeated_email": 1, "unreadable_values": 1, "unknown_company": 1}
    assert users["todo"] == {"missing_email": 1, "missing_company": 1, "unusable_password": 1}
    assert (users["imported"], users["source_rows"]) == (6, 9)
    assert employees["imported"] == len(CARRIED) + 1
    assert employees["skipped"] == len(SET_ASIDE) + 1
    with all_companies("test"):
        kept = QuarantinedRow.objects.get(reason="repeated_email")
        assert kept.content["email"] == "USER1@Example.com"
        assert not {"password_reset_token", "email_verification_token"} & kept.content.keys()


@pytest.mark.usefixtures("db")
def test_an_address_that_somebody_took_since_is_not_taken_away(tmp_path: Path) -> None:
    with all_companies("test"):
        for address in ("user1@example.com", "employee1@example.com"):
            User.objects.create(email=address, first_name="نورة", last_name="")
    source = write_legacy_file(
        tmp_path / "old.db", companies=[company(1)], users=[user(1)], employees=[employee(1)]
    )
    report = import_legacy(source, tmp_path / "reports")
    assert report["tables"]["users"]["reasons"] == {"repeated_email": 1}
    assert report["tables"]["employees"]["todo"] == {"duplicate_email": 1}
    with all_companies("test"):
        made = User.objects.get(pk=employee_user_id("emp-1"))
    assert made.email == "no-email+emp-1@import.invalid"


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("rows", [1, 12])
def test_a_killed_import_run_again_ends_the_same(
    tmp_path: Path, test_database: TestDatabase, rows: int
) -> None:
    source = write_dirty_file(tmp_path / "old.db")
    content = []
    import_legacy_killed(source, tmp_path / "killed", after_rows=rows)
    for attempt in ("resumed", "clean"):
        report = import_legacy(source, tmp_path / attempt)
        assert report["resumed"] is (attempt == "resumed")
        content.append((_content(), events_published()))
        test_database.restore()
    assert content[0] == content[1]


def _content() -> list[list[dict[str, Any]]]:
    own = {"users": "password", "user_roles": "id", "quarantined_rows": "run_id", "todo_items": "run_id"}
    return [table_content(table, without=[column, "role_id"]) for table, column in own.items()]
