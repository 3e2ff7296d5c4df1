"""What changed in the old application's file since an import, and what a rollback takes away."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F

from auth_service.users.legacy.accounts import (
    change_employees,
    change_users,
    map_employee,
    map_user,
    remove_accounts,
    write_employees,
    write_users,
)
from auth_service.users.legacy.places import (
    change_places,
    map_membership,
    place_id,
    remove_places,
    write_places,
)
from auth_service.users.legacy.roles import map_company, remove_roles, write_roles
from auth_service.users.models import Membership, Role, RolePermission, Session, User
from auth_service.users.services.role_catalogue import role_create
from auth_service.users.services.sessions import Device, session_open
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import UserFactory, join
from common.legacy.ids import employee_user_id, new_id
from common.legacy.mapper import Imported
from common.messaging.models import EventRecord
from common.security.models import RevokedUser
from common.security.tenancy import all_companies
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import PASSWORD_HASH, SECOND, company, employee, membership, user

FACTS = known_facts(
    companies=["company-1", "company-2"], users=["user-1", "user-2"], employees=["emp-1", "emp-2"]
)
USER = new_id("users", "user-1")
OTHER = new_id("users", "user-2")
ONE, TWO = new_id("companies", "company-1"), new_id("companies", "company-2")


@pytest.fixture(autouse=True)
def _scope(db: None) -> Iterator[None]:
    """An import's own."""
    with all_companies("test"):
        yield


def users(*rows: dict[str, Any]) -> list[Imported[Any]]:
    return [_imported(map_user(row, 1, FACTS)) for row in rows]


def employees(*rows: dict[str, Any]) -> list[Imported[Any]]:
    return [_imported(map_employee(row, 1, FACTS)) for row in rows]


def places(*rows: dict[str, Any]) -> list[Imported[Any]]:
    return [_imported(map_membership(row, 1, FACTS)) for row in rows]


def _imported(outcome: Any) -> Imported[Any]:
    assert isinstance(outcome, Imported)
    return outcome


def roles(user_id: UUID = USER) -> dict[UUID | None, str]:
    return dict(Membership.objects.filter(user_id=user_id).values_list("company_id", "role__name"))


def sign_in(user_id: UUID, company_id: UUID | None = None) -> None:
    session_open(user=User.objects.get(pk=user_id), company_id=company_id, device=Device())


def kinds() -> list[str]:
    """The types of the events since the last call: those without a position, which they get."""
    fresh = EventRecord.objects.filter(position=None)
    found = list(fresh.order_by("id").values_list("type", flat=True))
    fresh.update(position=F("id"))
    return found


def test_another_first_moment_is_taken_over_and_told_to_nobody() -> None:
    write_users(users(user(1)))
    kinds()
    change_users(users(user(1, created_at=SECOND + 60)))
    assert User.objects.get(pk=USER).created_at == datetime.fromtimestamp(SECOND + 60, UTC)
    assert kinds() == []


def test_a_changed_row_changes_the_account_and_tells_of_it(events: Events) -> None:
    write_users(users(user(1)))
    kinds()
    change_users(users(user(1, email="new@example.com", last_name="المطيري", role="supervisor")))
    account = User.objects.get(pk=USER)
    assert (account.email, account.last_name, account.version) == ("new@example.com", "المطيري", 2)
    assert account.last_name_folded == "المطيري"
    assert roles() == {ONE: "supervisor"}
    (updated,) = events("user.updated", USER)
    assert (updated["email"], updated["last_name"]) == ("new@example.com", "المطيري")
    assert kinds() == ["user.updated", "role.revoked", "role.assigned"]


def test_a_row_that_says_the_same_changes_nothing_and_tells_nothing() -> None:
    write_users(users(user(1)))
    write_employees(employees(employee(1)))
    kinds()
    change_users(users(user(1)))
    change_employees(employees(employee(1)))
    assert kinds() == []
    assert set(User.objects.values_list("version", flat=True)) == {1}


def test_an_account_that_goes_off_or_loses_its_role_is_signed_out() -> None:
    write_users(users(user(1), user(2)))
    for user_id in (USER, OTHER):
        sign_in(user_id)
    kinds()
    change_users(users(user(1, is_active=0), user(2, role="supervisor")))
    assert not Session.objects.filter(revoked_at=None).exists()
    assert list(RevokedUser.objects.values_list("user_id", flat=True)) == [USER]
    assert kinds().count("user.deactivated") == 1


def test_an_account_moves_to_another_company_where_it_may_have_had_a_place() -> None:
    write_users(users(user(1)))
    write_places(places(membership(1, role="supervisor")))
    assert roles() == {ONE: "worker", TWO: "supervisor"}
    change_users(users(user(1, company_id="company-2", role="company_manager")))
    assert roles() == {TWO: "company_manager"}


def test_an_account_that_belongs_nowhere_any_more_keeps_no_role() -> None:
    write_users(users(user(1)))
    kinds()
    change_users(users(user(1, company_id=None)))
    assert roles() == {}
    assert kinds() == ["user.updated", "role.revoked"]
    change_users(users(user(1)))
    assert roles() == {ONE: "worker"}


def test_accounts_may_swap_their_addresses() -> None:
    write_users(users(user(1), user(2)))
    written = change_users(users(user(1, email="user2@example.com"), user(2, email="user1@example.com")))
    assert not written.refused
    assert dict(User.objects.values_list("id", "email")) == {
        USER: "user2@example.com",
        OTHER: "user1@example.com",
    }


def test_an_address_that_somebody_took_here_is_theirs_and_whoever_wanted_its_holders_waits() -> None:
    write_users(users(user(1), user(2)))
    UserFactory(email="taken@example.com")
    written = change_users(users(user(1, email="taken@example.com"), user(2, email="user1@example.com")))
    assert {item.reason for item in written.refused.values()} == {"repeated_email"}
    assert written.refused.keys() == {USER, OTHER}
    assert User.objects.get(pk=USER).email == "user1@example.com"


def test_an_employees_taken_address_becomes_one_that_receives_nothing() -> None:
    write_employees(employees(employee(1)))
    UserFactory(email="taken@example.com")
    written = change_employees(employees(employee(1, email="taken@example.com", last_name="علي")))
    assert [item.kind.value for item in written.todo] == ["duplicate_email"]
    account = User.objects.get(pk=employee_user_id("emp-1"))
    assert (account.email, account.last_name) == ("no-email+emp-1@import.invalid", "علي")


def test_a_password_is_brought_over_and_one_that_was_set_here_stays_when_there_is_none() -> None:
    write_users(users(user(1), user(2, password="")))
    other = PASSWORD_HASH[:-1] + "J"
    set_here = User.objects.get(pk=OTHER)
    set_here.set_password("a new password here")
    set_here.save()
    change_users(users(user(1, password=other), user(2, password="", last_name="علي")))
    assert User.objects.get(pk=USER).password == f"bcrypt${other}"
    assert User.objects.get(pk=OTHER).check_password("a new password here")
    change_users(users(user(1, password="forgotten")))
    assert not User.objects.get(pk=USER).has_usable_password()


def test_a_role_in_a_company_changes_with_its_row() -> None:
    write_users(users(user(1)))
    write_places(places(membership(1)))
    kinds()
    change_places(places(membership(1)))
    assert kinds() == []
    change_places(places(membership(1, role="supervisor")))
    assert roles() == {ONE: "worker", TWO: "supervisor"}
    assert kinds() == ["role.revoked", "role.assigned"]


def test_accounts_that_are_taken_back_are_gone_with_their_roles(events: Events) -> None:
    write_users(users(user(1), user(2, role="super_admin", company_id=None)))
    write_employees(employees(employee(1)))
    assert remove_accounts([USER, OTHER, employee_user_id("emp-1")]) == {}
    assert not User.objects.exists()
    assert not Membership.objects.exists()
    gone = events("user.deleted")
    assert {event["source"] for event in gone} == {"import"}
    assert len(gone) == 3
    assert remove_accounts([USER]) == {}


def test_an_account_that_people_use_is_not_taken_back() -> None:
    write_users(users(user(1), user(2)))
    write_roles([_imported(map_company(company(2), 1, FACTS))])
    sign_in(USER)
    join(User.objects.get(pk=OTHER), TWO, "worker")
    assert remove_accounts([USER, OTHER]) == {
        USER: "somebody has signed in with the account",
        OTHER: "the person was given a role in another company",
    }
    assert (roles(USER), roles(OTHER)) == ({ONE: "worker"}, {ONE: "worker", TWO: "worker"})


def test_a_role_in_a_company_is_taken_back_unless_the_person_has_used_it() -> None:
    write_users(users(user(1), user(2)))
    write_places(places(membership(1), membership(2, user_id="user-2")))
    kinds()
    sign_in(OTHER, TWO)
    kept = remove_places([place_id(USER, TWO), place_id(OTHER, TWO)])
    assert kept == {place_id(OTHER, TWO): "the person has signed in to the company"}
    assert (roles(USER), roles(OTHER)) == ({ONE: "worker"}, {ONE: "worker", TWO: "worker"})
    assert kinds() == ["session.created", "role.revoked"]


def test_roles_of_a_company_are_taken_back_where_nobody_uses_them() -> None:
    before = RolePermission.objects.count()
    write_roles([_imported(map_company(company(number), 1, FACTS)) for number in (1, 2)])
    assert Role.objects.exclude(company_id=None).count() == 8
    write_users(users(user(1)))
    assert remove_roles([ONE, TWO]) == {ONE: "people have roles in this company"}
    assert set(Role.objects.exclude(company_id=None).values_list("company_id", flat=True)) == {ONE}
    remove_accounts([USER])
    role_create(company_id=ONE, name="Clerk", level=1, permissions=[], by=None)
    assert remove_roles([ONE]) == {ONE: "the company has roles of its own"}
    Role.objects.filter(name="Clerk").delete()
    assert remove_roles([ONE]) == {}
    assert RolePermission.objects.count() == before
