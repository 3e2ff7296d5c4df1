"""Imports, later imports, comparisons and rollbacks of accounts, by the commands."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from auth_service.users.models import Membership, Role, User
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.services.role_catalogue import role_create
from auth_service.users.services.roles import company_roles_create
from auth_service.users.services.sessions import Device, session_open
from auth_service.users.services.users import user_update_profile
from common.legacy.ids import employee_user_id, new_id
from common.security.tenancy import all_companies
from common.testing.legacy_files import (
    company,
    employee,
    membership,
    user,
    write_dirty_file,
    write_legacy_file,
)
from common.testing.legacy_runs import (
    events_published,
    import_legacy,
    rollback_legacy,
    table_content,
    verify_legacy,
)

pytestmark = pytest.mark.usefixtures("db")

USER = new_id("users", "user-1")
ONE, TWO, THREE = (new_id("companies", f"company-{number}") for number in (1, 2, 3))
TABLES = ("users", "user_roles", "roles", "role_permissions", "sessions", "quarantined_rows", "todo_items")


def old_file(
    folder: Path, name: str, *, users: list[Any], places: list[Any], employees: list[Any] | None = None
) -> Path:
    return write_legacy_file(
        folder / name,
        companies=[company(number) for number in (1, 2, 3)],
        users=users,
        company_users=places,
        employees=employees or [],
    )


def roles(user_id: UUID = USER) -> dict[UUID | None, str]:
    with all_companies("test"):
        return dict(Membership.objects.filter(user_id=user_id).values_list("company_id", "role__name"))


def content() -> list[list[dict[str, Any]]]:
    return [table_content(table) for table in TABLES]


def test_what_was_imported_is_equal_and_a_rollback_leaves_no_trace(tmp_path: Path) -> None:
    before = content()
    source = write_dirty_file(tmp_path / "old.db")
    import_legacy(source, tmp_path / "first")
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    assert "nothing of it stays" in rollback_legacy(tmp_path / "back")
    assert content() == before


def test_default_roles_that_the_company_service_caused_first_do_not_keep_their_company(
    tmp_path: Path,
) -> None:
    company_roles_create([ONE, TWO])
    with all_companies("test"):
        role_create(company_id=TWO, name="Clerk", level=1, permissions=[], by=None)
    import_legacy(old_file(tmp_path, "old.db", users=[user(1)], places=[]), tmp_path / "first")
    assert "nothing of it stays" in rollback_legacy(tmp_path / "back")
    with all_companies("test"):
        assert set(Role.objects.exclude(company_id=None).values_list("company_id", flat=True)) == {ONE, TWO}
    held = next(tmp_path.rglob("auth.held")).read_text().split()
    assert (str(ONE) in held, str(TWO) in held) == (False, True)


def test_what_changed_in_the_file_is_brought_over_and_what_is_gone_goes(tmp_path: Path) -> None:
    source = old_file(
        tmp_path,
        "monday.db",
        users=[user(1), user(2), user(3)],
        places=[membership(1), membership(2, user_id="user-2"), membership(3, user_id="user-3")],
        employees=[employee(1), employee(2)],
    )
    import_legacy(source, tmp_path / "monday", run="monday")
    told = len(events_published())
    source = old_file(
        tmp_path,
        "tuesday.db",
        users=[user(1, email="new@example.com", is_active=0), user(3), user(4)],
        places=[membership(1, role="supervisor"), membership(4, user_id="user-4", company_id="company-3")],
        employees=[employee(2, last_name="علي"), employee(3)],
    )
    report = import_legacy(source, tmp_path / "tuesday", run="tuesday", incremental=True)
    assert {
        name: (table["imported"], table["changed"], table["removed"])
        for name, table in report["tables"].items()
    } == {
        "roles": (0, 0, 0),
        "users": (1, 1, 1),
        "company_users": (1, 1, 2),
        "employees": (1, 1, 1),
    }
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    assert roles() == {ONE: "worker", TWO: "supervisor"}
    assert roles(new_id("users", "user-3")) == {ONE: "worker"}
    assert roles(new_id("users", "user-4")) == {ONE: "worker", THREE: "worker"}
    kinds = [kind for kind, _payload in events_published()[told:]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "user.created": 2,
        "user.updated": 2,
        "user.deactivated": 1,
        "user.deleted": 2,
        "role.assigned": 4,
        "role.revoked": 3,
    }
    told = len(events_published())
    again = import_legacy(source, tmp_path / "again", run="again", incremental=True)
    assert again["total"] | {"imported": 0} == again["total"]
    assert len(events_published()) == told


def test_an_account_that_moves_to_a_company_where_it_had_a_place_is_equal_again(tmp_path: Path) -> None:
    places = [membership(1, company_id="company-1"), membership(2), membership(3, company_id="company-3")]
    source = old_file(tmp_path, "monday.db", users=[user(1)], places=places)
    import_legacy(source, tmp_path / "monday", run="monday")
    source = old_file(
        tmp_path, "tuesday.db", users=[user(1, company_id="company-2", role="supervisor")], places=places
    )
    import_legacy(source, tmp_path / "tuesday", run="tuesday", incremental=True)
    assert roles() == {ONE: "worker", TWO: "supervisor", THREE: "worker"}
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")


def test_a_first_sign_in_is_no_difference_and_keeps_the_account_from_a_rollback(tmp_path: Path) -> None:
    source = old_file(tmp_path, "old.db", users=[user(1), user(2)], places=[])
    import_legacy(source, tmp_path / "first")
    person = user_authenticate(email="user1@example.com", password="legacy-pass-123")
    session_open(user=person, device=Device())
    assert person.password.startswith("argon2")
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    assert "nothing of it stays" not in rollback_legacy(tmp_path / "back")
    with all_companies("test"):
        assert [found.pk for found in User.objects.all()] == [USER]
    assert roles() == {ONE: "worker"}


def test_what_people_changed_is_no_difference_and_stays(tmp_path: Path) -> None:
    source = old_file(tmp_path, "old.db", users=[user(1)], places=[], employees=[employee(1)])
    import_legacy(source, tmp_path / "first")
    user_update_profile(user_id=USER, first_name="منى", last_name="العنزي")
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    rollback_legacy(tmp_path / "back")
    with all_companies("test"):
        assert [found.first_name for found in User.objects.all()] == ["منى"]
        assert not User.objects.filter(pk=employee_user_id("emp-1")).exists()
