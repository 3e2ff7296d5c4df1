from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from auth_service.users.access import Access
from auth_service.users.exceptions import EmailTakenError, LastAdministratorError, UnknownRoleError
from auth_service.users.models import Membership, User
from auth_service.users.selectors import access_at_sign_in
from auth_service.users.services.roles import company_roles_create, role_assign, role_revoke
from auth_service.users.services.users import user_activate, user_create, user_deactivate, user_edit
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import join, member, person, sign_in
from common.contracts.rights import ROLE_PERMISSIONS
from common.errors import NotFoundError, PermissionDeniedError
from common.security.tenancy import all_companies
from common.testing.threads import run_all

Api = Callable[..., Any]


def manager_of(company_id: UUID) -> Access:
    with all_companies("test"):
        found = access_at_sign_in(member(company_id, "company_manager").id)
    assert found is not None
    return found


def role_of(user: User, company_id: UUID | None) -> str | None:
    with all_companies("test"):
        rows = Membership.objects.filter(user=user, company_id=company_id, is_active=True)
        return rows.values_list("role__name", flat=True).first()


@pytest.mark.django_db
def test_a_manager_lists_the_roles_of_the_company_with_their_permissions(api: Api, company_id: UUID) -> None:
    manager = member(company_id, "company_manager")
    member(uuid4())
    body = api(sign_in(manager).token).get("/roles").json()
    assert [role["name"] for role in body["roles"]] == [
        "super_admin",
        "company_manager",
        "employee",
        "supervisor",
        "worker",
    ]
    assert {role["company_id"] for role in body["roles"][1:]} == {str(company_id)}
    assert body["roles"][4]["permissions"] == sorted(ROLE_PERMISSIONS["worker"])
    assert (body["pagination"]["page"], body["pagination"]["total"]) == (1, 5)


@pytest.mark.django_db
def test_roles_come_in_pages(api: Api, company_id: UUID) -> None:
    client = api(sign_in(member(company_id, "company_manager")).token)
    body = client.get("/roles?page=2&limit=2").json()
    assert [role["name"] for role in body["roles"]] == ["employee", "supervisor"]
    assert {body["pagination"][name] for name in ("page", "limit")} == {2}
    first = client.get("/roles?limit=3&cursor=").json()
    rest = client.get(f"/roles?limit=3&cursor={first['pagination']['next_cursor']}").json()
    assert len(first["roles"] + rest["roles"]) == 5
    for query in ("limit=0", "limit=101", "page=0", "page=x", "company_id=7", "page=1&page=2"):
        assert client.get(f"/roles?{query}").status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_roles_are_for_those_who_may_see_settings(api: Api, company_id: UUID, role: str) -> None:
    answer = api(sign_in(member(company_id, role)).token).get("/roles")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.django_db
def test_a_new_role_takes_the_place_of_the_old_one(company_id: UUID, events: Events) -> None:
    user = member(company_id)
    role_assign(user_id=user.id, role="supervisor", company_id=company_id)
    role_assign(user_id=user.id, role="supervisor", company_id=company_id)
    assert role_of(user, company_id) == "supervisor"
    assert [event["role"] for event in events("role.revoked", user.id)] == ["worker"]
    assert [event["role"] for event in events("role.assigned", user.id)] == ["supervisor"]


@pytest.mark.django_db
def test_more_rights_leave_a_session_alive_and_less_rights_end_it(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    token = sign_in(user).token
    role_assign(user_id=user.id, role="company_manager", company_id=company_id)
    assert api(token).get("/profile").status_code == 200
    role_assign(user_id=user.id, role="worker", company_id=company_id)
    assert api(token).get("/profile").status_code == 401


@pytest.mark.django_db
def test_losing_a_role_ends_the_sessions_in_that_company_only(
    api: Api, company_id: UUID, events: Events
) -> None:
    user, second = member(company_id), uuid4()
    join(user, second)
    here, there = sign_in(user, company_id).token, sign_in(user, second).token
    assert role_revoke(user_id=user.id, company_id=company_id, reason="test")
    assert not role_revoke(user_id=user.id, company_id=company_id, reason="test")
    assert [api(token).get("/profile").status_code for token in (here, there)] == [401, 200]
    assert len(events("role.revoked", user.id)) == 1


def test_nobody_gives_or_takes_what_is_not_theirs(
    committed_db: None, company_id: UUID, events: Events
) -> None:
    by, other = manager_of(company_id), uuid4()
    ours, theirs = member(company_id), member(other)
    administrator = member(None, "super_admin")
    for user, role, company in [
        (ours, "super_admin", None),
        (ours, "worker", other),
        (theirs, "company_manager", other),
        (administrator, "super_admin", None),
    ]:
        with pytest.raises(PermissionDeniedError):
            role_assign(user_id=user.id, role=role, company_id=company, by=by)
    for user, company in [(theirs, other), (administrator, None)]:
        with pytest.raises(PermissionDeniedError):
            role_revoke(user_id=user.id, company_id=company, reason="test", by=by)
    with pytest.raises(UnknownRoleError):
        role_assign(user_id=ours.id, role="owner", company_id=company_id, by=by)
    with pytest.raises(NotFoundError):
        role_assign(user_id=uuid4(), role="worker", company_id=company_id, by=by)
    assert events() == []


def test_an_account_is_administered_only_by_who_administers_all_its_places(
    committed_db: None, company_id: UUID, events: Events
) -> None:
    by = manager_of(company_id)
    both, theirs, nobodys = member(company_id), member(uuid4()), person()
    join(both, uuid4())
    above = member(company_id)
    join(above, None, "super_admin")
    for user, error in [
        (both, PermissionDeniedError),
        (above, PermissionDeniedError),
        (theirs, NotFoundError),
        (nobodys, NotFoundError),
    ]:
        with pytest.raises(error):
            user_deactivate(user_id=user.id, reason="test", by=by)
        with pytest.raises(error):
            user_edit(user_id=user.id, email="x@example.com", first_name="x", last_name="x", by=by)
    ours = member(company_id)
    user_deactivate(user_id=ours.id, reason="test", by=by)
    user_activate(user_id=ours.id, by=by)
    assert len(events("user.deactivated")) == 1
    assert [event["is_active"] for event in events("user.updated")] == [True]


def test_a_manager_makes_accounts_up_to_their_own_level(
    committed_db: None, company_id: UUID, events: Events
) -> None:
    by = manager_of(company_id)
    person = {"email": "new@example.com", "first_name": "New", "last_name": "Person"}
    for role, company, error in [
        ("super_admin", None, PermissionDeniedError),
        ("worker", uuid4(), UnknownRoleError),
    ]:
        with pytest.raises(error):
            user_create(**person, role=role, company_id=company, by=by)
    assert events() == []
    user = user_create(**person, role="company_manager", company_id=company_id, by=by)
    assert role_of(user, company_id) == "company_manager"
    with pytest.raises(EmailTakenError):
        user_create(**person, role="worker", company_id=company_id, by=by)
    assert [event["company_ids"] for event in events("user.created")] == [[str(company_id)]]


def test_the_last_administrator_stays(committed_db: None) -> None:
    only = member(None, "super_admin")
    for leave in (
        lambda: user_deactivate(user_id=only.id, reason="test"),
        lambda: role_revoke(user_id=only.id, company_id=None, reason="test"),
    ):
        with pytest.raises(LastAdministratorError):
            leave()


def test_two_administrators_cannot_dismiss_each_other_at_the_same_time(committed_db: None) -> None:
    pair = [member(None, "super_admin"), member(None, "super_admin")]

    def dismiss(user: User) -> bool:
        try:
            user_deactivate(user_id=user.id, reason="test")
        except LastAdministratorError:
            return False
        return True

    assert sorted(run_all([lambda: dismiss(pair[0]), lambda: dismiss(pair[1])])) == [False, True]


@pytest.mark.django_db
def test_an_address_is_changed_once_for_all_and_counts_as_not_confirmed(
    company_id: UUID, events: Events
) -> None:
    user = member(company_id, email_verified=True)
    user_edit(user_id=user.id, email="New@Example.com", first_name="Mona", last_name="Saleh")
    edited = user_edit(user_id=user.id, email="new@example.com", first_name="Mona", last_name="Saleh")
    assert (edited.email, edited.email_verified, edited.version) == ("new@example.com", False, 2)
    assert [event["email"] for event in events("user.updated")] == ["new@example.com"]


@pytest.mark.django_db
def test_default_roles_are_made_with_a_few_statements_for_any_number_of_companies(
    django_assert_max_num_queries: Any,
) -> None:
    with django_assert_max_num_queries(10):
        company_roles_create([uuid4() for _ in range(50)])
