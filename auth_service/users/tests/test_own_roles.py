"""Roles that a company makes for itself, beside the four it starts with."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from auth_service.users.models import Role
from auth_service.users.tests.factories import join, member, sign_in
from common.security.tenancy import all_companies
from common.testing.threads import run_all

Api = Callable[..., Any]
CLERK = {"name": "Payroll clerk", "level": 3, "permissions": ["payroll:view", "employees:view"]}

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def by_manager(api: Api, company_id: UUID) -> Any:
    return api(sign_in(member(company_id, "company_manager")).token)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_company_makes_a_role_of_its_own_and_its_people_get_its_rights(
    api: Api, by_manager: Any, company_id: UUID
) -> None:
    answer = by_manager.post("/roles", CLERK | {"description": "Sees pay"})
    assert answer.status_code == 201
    role = answer.json()["role"]
    assert (role["company_id"], role["level"], role["is_default"]) == (str(company_id), 3, False)
    assert role["permissions"] == ["employees:view", "payroll:view"]
    assert by_manager.get(f"/roles/{role['id']}").json()["role"] == role
    (listed,) = [row for row in by_manager.get("/roles").json()["roles"] if row["id"] == role["id"]]
    assert {**listed, "created_at": ""} == {**role, "created_at": ""}
    user = member(company_id)
    assert by_manager.post(f"/users/{user.id}/roles", {"role": "Payroll clerk"}).status_code == 200
    (place,) = by_manager.get(f"/users/{user.id}/permissions").json()["companies"]
    assert place["permissions"] == role["permissions"]


def test_less_rights_end_the_sessions_of_those_who_have_the_role_and_more_do_not(
    api: Api, by_manager: Any, company_id: UUID
) -> None:
    role_id = by_manager.post("/roles", CLERK).json()["role"]["id"]
    user = member(company_id)
    by_manager.post(f"/users/{user.id}/roles", {"role": CLERK["name"]})
    token = sign_in(user).token
    more = [*CLERK["permissions"], "reports:view"]  # type: ignore[misc]
    assert by_manager.put(f"/roles/{role_id}", {"permissions": more}).status_code == 200
    assert api(token).get("/profile").status_code == 200
    changed = by_manager.put(f"/roles/{role_id}", {"permissions": ["reports:view"]})
    assert changed.json()["role"]["permissions"] == ["reports:view"]
    assert changed.json()["role"]["name"] == CLERK["name"]
    assert api(token).get("/profile").status_code == 401


def test_nobody_makes_a_role_that_may_more_than_they(api: Api, by_manager: Any, company_id: UUID) -> None:
    assert refusal(by_manager.post("/roles", CLERK | {"permissions": ["settings:edit"]})) == (
        403,
        "FORBIDDEN",
    )
    by_super = api(sign_in(member(None, "super_admin")).token)
    assert refusal(by_super.post("/roles", CLERK)) == (422, "VALIDATION_ERROR")
    strong = CLERK | {"name": "Settings", "permissions": ["settings:edit"], "company_id": str(company_id)}
    role_id = by_super.post("/roles", strong).json()["role"]["id"]
    assert refusal(by_manager.put(f"/roles/{role_id}", {"description": "x"})) == (403, "FORBIDDEN")
    user = member(company_id)
    assert refusal(by_manager.post(f"/users/{user.id}/roles", {"role": "Settings"})) == (403, "FORBIDDEN")


def test_a_manager_of_few_rights_cannot_make_a_full_manager(api: Api, company_id: UUID) -> None:
    by_super = api(sign_in(member(None, "super_admin")).token)
    few = {
        "name": "Assistant manager",
        "level": 4,
        "permissions": ["employees:view", "employees:create", "employees:edit"],
        "company_id": str(company_id),
    }
    assert by_super.post("/roles", few).status_code == 201
    user = member(company_id)
    place = {"role": few["name"], "company_id": str(company_id)}
    assert by_super.post(f"/users/{user.id}/roles", place).status_code == 200
    client = api(sign_in(user).token)
    other = member(company_id)
    assert refusal(client.post(f"/users/{other.id}/roles", {"role": "company_manager"})) == (403, "FORBIDDEN")
    assert refusal(client.delete(f"/users/{other.id}")) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": 5}, "level"), ({"level": 0}, "level"), ({"permissions": ["all"]}, "permissions"),
        ({"name": ""}, "name"), ({"name": "a" * 61}, "name"), ({"name": "super_admin"}, "name"),
        ({"name": "Süper Admın"}, None), ({"name": "SUPER  ADMIN"}, "name"), ({"name": "Worker"}, "name"),
        ({"company_id": str(uuid4())}, "company_id"), ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(by_manager: Any, change: dict[str, Any], field: str | None) -> None:
    answer = by_manager.post("/roles", CLERK | change)
    if field is None:
        assert answer.status_code == 201
        return
    assert refusal(answer) == (422, "VALIDATION_ERROR")
    assert field in answer.json()["error"]["details"]


def test_a_role_name_is_used_once_in_a_company_also_by_two_managers_at_once(
    api: Api, by_manager: Any, company_id: UUID
) -> None:
    other = api(sign_in(member(company_id, "company_manager")).token)
    statuses = run_all(
        [
            lambda: by_manager.post("/roles", CLERK).status_code,
            lambda: other.post("/roles", CLERK).status_code,
        ]
    )
    assert sorted(statuses) == [201, 409]
    assert refusal(by_manager.post("/roles", CLERK)) == (409, "ROLE_NAME_TAKEN")
    elsewhere = api(sign_in(member(uuid4(), "company_manager")).token)
    assert elsewhere.post("/roles", CLERK).status_code == 201


def test_the_default_roles_stay_as_they_are(by_manager: Any) -> None:
    roles = by_manager.get("/roles").json()["roles"]
    default = next(role for role in roles if role["name"] == "worker")
    assert default["is_default"] is True
    assert refusal(by_manager.put(f"/roles/{default['id']}", {"level": 4})) == (409, "DEFAULT_ROLE")
    assert refusal(by_manager.delete(f"/roles/{default['id']}")) == (409, "DEFAULT_ROLE")
    above = next(role for role in roles if role["name"] == "super_admin")
    assert refusal(by_manager.delete(f"/roles/{above['id']}")) == (404, "NOT_FOUND")


def test_a_role_is_deleted_only_while_nobody_ever_had_it(by_manager: Any, company_id: UUID) -> None:
    role_id = by_manager.post("/roles", CLERK).json()["role"]["id"]
    user = member(company_id)
    by_manager.post(f"/users/{user.id}/roles", {"role": CLERK["name"]})
    assert refusal(by_manager.delete(f"/roles/{role_id}")) == (409, "ROLE_IN_USE")
    spare = by_manager.post("/roles", CLERK | {"name": "Spare"}).json()["role"]["id"]
    assert by_manager.delete(f"/roles/{spare}").status_code == 200
    assert refusal(by_manager.get(f"/roles/{spare}")) == (404, "NOT_FOUND")


def test_a_role_deleted_while_it_is_given_leaves_nobody_without_one(
    api: Api, by_manager: Any, company_id: UUID
) -> None:
    other = api(sign_in(member(company_id, "company_manager")).token)
    user = member(company_id)
    role_id = by_manager.post("/roles", CLERK).json()["role"]["id"]
    given, deleted = run_all(
        [
            lambda: other.post(f"/users/{user.id}/roles", {"role": CLERK["name"]}).status_code,
            lambda: by_manager.delete(f"/roles/{role_id}").status_code,
        ]
    )
    assert (given, deleted) in {(200, 409), (422, 200)}


def test_a_role_of_another_company_does_not_exist(api: Api, by_manager: Any) -> None:
    elsewhere = api(sign_in(member(uuid4(), "company_manager")).token)
    role_id = elsewhere.post("/roles", CLERK).json()["role"]["id"]
    for answer in (
        by_manager.get(f"/roles/{role_id}"),
        by_manager.put(f"/roles/{role_id}", {"name": "Mine"}),
        by_manager.delete(f"/roles/{role_id}"),
    ):
        assert refusal(answer) == (404, "NOT_FOUND")
    assert elsewhere.get(f"/roles/{role_id}").status_code == 200


def test_somebody_with_settings_reads_roles_but_only_managers_make_them(
    api: Api, by_manager: Any, company_id: UUID
) -> None:
    reader = {"name": "Reader", "level": 3, "permissions": ["settings:view", "employees:edit"]}
    assert by_manager.post("/roles", reader).status_code == 201
    user = member(company_id)
    by_manager.post(f"/users/{user.id}/roles", {"role": "Reader"})
    client = api(sign_in(user).token)
    assert client.get("/roles").status_code == 200
    assert refusal(client.post("/roles", CLERK)) == (403, "FORBIDDEN")


def test_the_word_that_opens_every_company_names_no_company_role(company_id: UUID) -> None:
    with pytest.raises(IntegrityError), all_companies("test"):
        Role.objects.create(company_id=company_id, name="super_admin", level=4)


def test_a_person_keeps_their_roles_elsewhere(api: Api, by_manager: Any, company_id: UUID) -> None:
    second = uuid4()
    user = member(company_id)
    join(user, second, "supervisor")
    there = sign_in(user, second).token
    by_manager.post(f"/users/{user.id}/roles", {"role": "employee"})
    assert api(there).get("/profile").status_code == 200


def test_another_role_that_may_do_less_ends_the_sessions_even_when_it_stands_higher(
    api: Api, by_manager: Any, company_id: UUID
) -> None:
    by_manager.post("/roles", CLERK)
    auditor = {"name": "Auditor", "level": 4, "permissions": ["employees:view"]}
    assert by_manager.post("/roles", auditor).status_code == 201
    user = member(company_id)
    by_manager.post(f"/users/{user.id}/roles", {"role": CLERK["name"]})
    token = sign_in(user).token
    assert by_manager.post(f"/users/{user.id}/roles", {"role": "Auditor"}).status_code == 200
    assert api(token).get("/profile").status_code == 401
