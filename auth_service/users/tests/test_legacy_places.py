"""Roles in companies out of the old application's file."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from auth_service.users.models import Membership, User
from auth_service.users.selectors import access_at_sign_in
from auth_service.users.tests.conftest import Events
from common.legacy.ids import new_id
from common.legacy.models import QuarantinedRow, ToDoItem
from common.security.tenancy import all_companies
from common.testing.legacy_files import SECOND, company, membership, user, write_legacy_file
from common.testing.legacy_runs import import_legacy

pytestmark = pytest.mark.usefixtures("db")

USER = new_id("users", "user-1")
ONE, TWO, THREE = (new_id("companies", f"company-{number}") for number in (1, 2, 3))


def carry(
    tmp_path: Path, *places: dict[str, Any], users: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Import a file with three companies; returns the report on its ``company_users``."""
    source = write_legacy_file(
        tmp_path / "old.db",
        companies=[company(number) for number in (1, 2, 3)],
        users=users if users is not None else [user(1)],
        company_users=places,
    )
    table: dict[str, Any] = import_legacy(source, tmp_path / "reports")["tables"]["company_users"]
    return table


def roles(user_id: UUID = USER) -> dict[UUID | None, str]:
    with all_companies("test"):
        return dict(
            Membership.objects.filter(user_id=user_id, is_active=True).values_list("company_id", "role__name")
        )


def todo() -> set[tuple[str, str]]:
    with all_companies("test"):
        return set(ToDoItem.objects.values_list("kind", "detail"))


def test_a_row_of_another_company_gives_a_role_there_and_tells_of_it(tmp_path: Path, events: Events) -> None:
    table = carry(
        tmp_path,
        membership(1, role="administrative_employee"),
        membership(2, company_id="company-3", role="Company Manager"),
    )
    assert (table["imported"], table["merged"]) == (2, 0)
    assert roles() == {ONE: "worker", TWO: "employee", THREE: "company_manager"}
    told = {(event["company_id"], event["role"]) for event in events("role.assigned", USER)}
    assert told == {(str(ONE), "worker"), (str(TWO), "employee"), (str(THREE), "company_manager")}
    assert todo() == set()


def test_the_accounts_own_company_stays_the_one_that_a_sign_in_opens(tmp_path: Path) -> None:
    carry(tmp_path, membership(1, created_at=SECOND - 1_000_000))
    with all_companies("test"):
        access = access_at_sign_in(USER)
    assert access is not None
    assert access.company_id == ONE


def test_a_row_of_the_accounts_own_company_is_merged_and_says_what_it_says_otherwise(tmp_path: Path) -> None:
    users = [user(1), user(2), user(3)]
    own = [
        membership(number, user_id=f"user-{number}", company_id="company-1", **values)
        for number, values in enumerate(
            [{}, {"role": "supervisor"}, {"permissions": '["payroll:view", "employees_view"]'}], 1
        )
    ]
    table = carry(tmp_path, *own, users=users)
    assert (table["merged"], table["imported"]) == (3, 0)
    assert [roles(new_id("users", f"user-{number}")) for number in (1, 2, 3)] == [{ONE: "worker"}] * 3
    assert todo() == {("other_permissions", "supervisor"), ("other_permissions", "employees:view")}


def test_several_rows_of_one_place_are_one_and_the_first_counts(tmp_path: Path) -> None:
    table = carry(tmp_path, membership(1, role="supervisor"), membership(2, role="company_manager"))
    assert (table["imported"], table["merged"]) == (1, 1)
    assert roles() == {ONE: "worker", TWO: "supervisor"}


def test_a_row_makes_nobody_an_administrator_of_all_companies(tmp_path: Path) -> None:
    table = carry(tmp_path, membership(1, role="super_admin", permissions='["all"]'))
    assert table["imported"] == 1
    assert roles() == {ONE: "worker", TWO: "company_manager"}
    assert todo() == {("other_permissions", "super_admin, all")}


def test_whoever_serves_all_companies_needs_no_role_in_one(tmp_path: Path) -> None:
    table = carry(tmp_path, membership(1), users=[user(1, role="super_admin", permissions='["all"]')])
    assert table["merged"] == 1
    assert roles() == {None: "super_admin"}
    assert todo() == set()


def test_an_account_without_a_company_of_its_own_gets_one_by_a_row(tmp_path: Path) -> None:
    table = carry(tmp_path, membership(1), users=[user(1, company_id=None, role="supervisor")])
    assert table["imported"] == 1
    assert roles() == {TWO: "worker"}
    assert todo() == set()


def test_rows_that_cannot_be_carried_are_set_aside_with_the_reason(tmp_path: Path) -> None:
    users = [user(1), user(2, role="emperor")]
    table = carry(
        tmp_path,
        membership(1, company_id="company-gone"),
        membership(2, user_id="user-gone"),
        membership(3, user_id="user-2"),
        membership(4, role="emperor"),
        membership(5, permissions="[employees"),
        membership(6, permissions=None, role=None, company_id="company-3"),
        membership(7, user_id=None),
        membership(7),
        membership(0, id=None),
        users=users,
    )
    assert table["reasons"] == {
        "unknown_company": 1,
        "unknown_user": 2,
        "unreadable_values": 3,
        "repeated_id": 1,
        "missing_id": 1,
    }
    assert roles() == {ONE: "worker", THREE: "worker"}
    with all_companies("test"):
        broken = QuarantinedRow.objects.get(old_id="place-5")
    assert (broken.company_id, broken.problems) == (TWO, {"permissions": "broken_json"})


def test_a_role_that_somebody_gave_here_is_not_taken_away(tmp_path: Path) -> None:
    carry(tmp_path)
    source = write_legacy_file(
        tmp_path / "later.db",
        companies=[company(1), company(2)],
        users=[user(1)],
        company_users=[membership(1, role="company_manager")],
    )
    with all_companies("test"):
        supervisor = Membership.objects.get(user_id=USER).role.__class__.objects.get(
            company_id=TWO, name="supervisor"
        )
        Membership.objects.create(user=User.objects.get(pk=USER), company_id=TWO, role=supervisor)
    table = import_legacy(source, tmp_path / "later")["tables"]["company_users"]
    assert table["reasons"] == {"refused": 1}
    assert roles() == {ONE: "worker", TWO: "supervisor"}
