from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from auth_service.users.models import Membership, User
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import PASSWORD, join, member, sign_in
from common.security.tenancy import all_companies
from common.security.tokens import read_person_token
from common.testing.threads import run_all

Api = Callable[..., Any]
PERSON = {
    "email": "New.Person@Example.com",
    "password": "a good long password",
    "first_name": "نورة",
    "last_name": "العلي",
}


@pytest.mark.django_db
def test_a_registration_makes_an_active_account_and_signs_in(api: Api, events: Events) -> None:
    answer = api().post("/register", PERSON)
    assert answer.status_code == 201
    user = answer.json()["user"]
    assert (user["email"], user["first_name"]) == ("new.person@example.com", "نورة")
    assert (user["is_active"], user["email_verified"], user["roles"]) == (True, False, [])
    assert api(answer.json()["token"]).get("/profile").json()["user"] == user
    (created,) = events("user.created")
    assert created["company_ids"] == []
    with all_companies("test"):
        assert User.objects.get().password.startswith("argon2$argon2id$")


@pytest.mark.django_db
def test_naming_a_company_at_registration_gives_no_place_in_it(api: Api, company_id: UUID) -> None:
    member(company_id)
    token = api().post("/register", {**PERSON, "company_id": str(company_id)}).json()["token"]
    claims = read_person_token(token)
    assert (claims.company_id, claims.role, claims.permissions) == (None, "", [])
    with all_companies("test"):
        assert Membership.objects.filter(user_id=claims.user_id).count() == 0
    assert api(token).get("/roles").status_code == 403


def test_a_taken_address_is_a_conflict_in_any_spelling(committed_db: None, api: Api, events: Events) -> None:
    api().post("/register", PERSON)
    answer = api().post("/register", {**PERSON, "email": "NEW.person@example.COM"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "EMAIL_TAKEN")
    assert len(events("user.created")) == 1


def test_of_parallel_registrations_of_one_address_one_wins(committed_db: None, api: Api) -> None:
    statuses = run_all([lambda: api().post("/register", PERSON).status_code] * 5)
    assert sorted(statuses) == [201, 409, 409, 409, 409]


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password1", "12345678", "x" * 257])
def test_a_short_common_or_endless_password_is_refused(api: Api, password: str) -> None:
    answer = api().post("/register", {**PERSON, "password": password})
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["password"]


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["x y z " * 12, "  spaces around  ", "كلمة سر طويلة جدا"])
def test_long_passwords_of_any_characters_are_taken_as_they_are(api: Api, password: str) -> None:
    api().post("/register", {**PERSON, "password": password})
    assert api().post("/login", {"email": PERSON["email"], "password": password}).status_code == 200
    assert api().post("/login", {"email": PERSON["email"], "password": password[:-1]}).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    "field",
    [
        {"is_staff": True},
        {"role": "super_admin"},
        {"id": str(uuid4())},
        {"first_name": "evil\u202etxt.exe"},
        {"first_name": "zero\u200bwidth"},
        {"last_name": "   "},
        {"first_name": "x" * 151},
        {"email": "a@b"},
        {"email": "x" * 250 + "@example.com"},
    ],
)
def test_a_registration_takes_nothing_else(api: Api, field: dict[str, Any], events: Events) -> None:
    assert api().post("/register", {**PERSON, **field}).status_code == 422
    assert events("user.created") == []


@pytest.mark.django_db
def test_joiners_are_part_of_a_name(api: Api) -> None:
    assert api().post("/register", {**PERSON, "first_name": "می\u200cخواهم"}).status_code == 201


@pytest.mark.django_db
def test_a_profile_shows_the_roles_in_all_companies(api: Api) -> None:
    first, second = uuid4(), uuid4()
    user = member(first, "worker")
    join(user, second, "supervisor")
    member(second, "company_manager")
    roles = api(sign_in(user).token).get("/profile").json()["user"]["roles"]
    assert [(role["company_id"], role["name"]) for role in roles] == [
        (str(first), "worker"),
        (str(second), "supervisor"),
    ]


@pytest.mark.django_db
def test_people_change_their_own_name_and_nothing_else(api: Api, company_id: UUID, events: Events) -> None:
    user = member(company_id)
    client = api(sign_in(user).token)
    answer = client.put("/profile", {"first_name": "Sara", "last_name": "Ali"})
    assert answer.json()["user"]["first_name"] == "Sara"
    (event,) = events("user.updated", user.id)
    assert (event["first_name"], event["last_name"], event["email"]) == ("Sara", "Ali", user.email)
    extras: list[dict[str, Any]] = [
        {"email": "x@example.com"},
        {"is_active": False},
        {"roles": []},
        {"id": str(uuid4())},
    ]
    for extra in extras:
        assert client.put("/profile", {"first_name": "Sara", "last_name": "Ali", **extra}).status_code == 422
    assert client.put("/profile", {"first_name": "Sara"}).status_code == 422
    assert client.put("/profile", {"first_name": "Sara", "last_name": "Ali"}).status_code == 200
    assert len(events("user.updated")) == 1


@pytest.mark.django_db
def test_a_change_of_password_needs_the_current_one_and_ends_the_other_sessions(
    api: Api, company_id: UUID
) -> None:
    user = member(company_id)
    here, there = sign_in(user), sign_in(user)
    new = "another long sentence"
    wrong = api(here.token).post("/password/change", {"current_password": "no", "new_password": new})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "WRONG_PASSWORD")
    weak = api(here.token).post(
        "/password/change", {"current_password": PASSWORD, "new_password": "12345678"}
    )
    assert weak.json()["error"]["details"]["new_password"]
    good = api(here.token).post("/password/change", {"current_password": PASSWORD, "new_password": new})
    assert good.status_code == 200
    assert api(here.token).get("/profile").status_code == 200
    assert api(there.token).get("/profile").status_code == 401
    assert api().post("/refresh", {"refresh_token": there.refresh_token}).status_code == 401
    logins = [
        api().post("/login", {"email": user.email, "password": word}).status_code for word in (PASSWORD, new)
    ]
    assert logins == [401, 200]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", "/logout"),
        ("get", "/profile"),
        ("put", "/profile"),
        ("get", "/sessions"),
        ("delete", "/sessions"),
        ("delete", f"/sessions/{uuid4()}"),
        ("get", "/roles"),
        ("post", "/password/change"),
        ("post", "/email/resend-verification"),
    ],
)
def test_nobody_gets_in_without_a_token(api: Api, method: str, address: str) -> None:
    answer = getattr(api(), method)(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
