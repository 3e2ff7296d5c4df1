from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import PASSWORD, join, member, person
from common.contracts.rights import ROLE_PERMISSIONS
from common.security.tokens import read_person_token

Api = Callable[..., Any]
# "legacy-pass-123" as the old system stored it.
OLD_PASSWORD = "bcrypt$$2b$12$/ikeLP2jjDhMHabSTHYkeuJfUkiOLicfBlcUCIGIAEuUunFSxInhK"


def login(api: Api, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return api().post("/login", {"email": email, "password": password, **more})


@pytest.mark.django_db
def test_a_login_answers_tokens_and_the_person_with_their_roles(
    api: Api, company_id: UUID, events: Events
) -> None:
    user = member(company_id, "company_manager", email="mona@example.com")
    answer = login(api, "mona@example.com")
    assert answer.status_code == 200
    body = answer.json()
    assert body["success"] is True
    assert body["token_type"] == "Bearer"
    assert body["user"]["id"] == str(user.id)
    assert "password" not in body["user"]
    (role,) = body["user"]["roles"]
    assert (role["name"], role["company_id"]) == ("company_manager", str(company_id))
    assert set(role["permissions"]) == ROLE_PERMISSIONS["company_manager"]
    assert [event["user_id"] for event in events("session.created")] == [str(user.id)]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_access_token_names_the_company_the_role_and_its_rights(api: Api, company_id: UUID) -> None:
    user = member(company_id, "supervisor")
    body = login(api, user.email).json()
    claims = read_person_token(body["token"])
    assert (claims.user_id, claims.company_id) == (user.id, company_id)
    assert (claims.role, claims.level) == ("supervisor", 2)
    assert set(claims.permissions) == ROLE_PERMISSIONS["supervisor"]
    assert claims.expires_at - claims.issued_at <= 15 * 60
    assert (claims.name, claims.email) == ("Mona Saleh", user.email)


@pytest.mark.django_db
def test_the_address_is_found_in_any_spelling(api: Api, company_id: UUID) -> None:
    member(company_id, email="mona@example.com")
    assert login(api, "Mona@EXAMPLE.com").status_code == 200


@pytest.mark.django_db
def test_a_person_of_several_companies_signs_in_to_the_one_they_name(api: Api) -> None:
    first, second = uuid4(), uuid4()
    user = member(first, "worker")
    join(user, second, "company_manager")
    tokens = [login(api, user.email, **named).json()["token"] for named in ({}, {"company_id": str(second)})]
    assert [read_person_token(token).company_id for token in tokens] == [first, second]


@pytest.mark.django_db
def test_a_super_administrator_signs_in_above_all_companies(api: Api) -> None:
    user = member(None, "super_admin")
    claims = read_person_token(login(api, user.email, company_id=str(uuid4())).json()["token"])
    assert (claims.company_id, claims.role, claims.level) == (None, "super_admin", 5)
    assert len(claims.permissions) == 27


def test_unknown_wrong_inactive_unusable_and_foreign_company_get_the_same_answer(
    committed_db: None, api: Api, company_id: UUID
) -> None:
    good = member(company_id)
    inactive = member(company_id, is_active=False)
    unusable = member(company_id, password="!unusable")
    left = person()
    join(left, company_id, is_active=False)
    refused = [
        login(api, "nobody@example.com"),
        login(api, good.email, "wrong"),
        login(api, inactive.email),
        login(api, unusable.email),
        login(api, good.email, company_id=str(uuid4())),
        login(api, left.email, company_id=str(company_id)),
    ]
    answers = set()
    for answer in refused:
        body = answer.json()
        assert body.pop("timestamp")
        answers.add((answer.status_code, str(body), answer["WWW-Authenticate"]))
    assert len(answers) == 1
    assert refused[0].status_code == 401
    assert refused[0].json()["error"]["code"] == "INVALID_CREDENTIALS"


@pytest.mark.django_db
def test_every_refusal_computes_the_same_hashes(
    api: Api, company_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: argon2 is nearly all of a sign-in's cost."""
    from auth_service.users.hashers import Argon2Hasher

    good = member(company_id)
    inactive = member(company_id, is_active=False)
    unusable = member(company_id, password="!unusable")
    computed: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(Argon2Hasher, name)

        def counted(self: Any, *args: Any, _original: Any = original, _name: str = name) -> Any:
            computed.append(_name)
            return _original(self, *args)

        monkeypatch.setattr(Argon2Hasher, name, counted)
    costs = []
    for email, password in [
        ("nobody@example.com", PASSWORD),
        (good.email, "wrong"),
        (inactive.email, PASSWORD),
        (unusable.email, PASSWORD),
        (good.email, PASSWORD),
    ]:
        login(api, email, password)
        costs.append(len(computed))
        computed.clear()
    assert costs == [1, 1, 1, 1, 1]


@pytest.mark.django_db
def test_while_old_passwords_are_left_every_login_costs_one_of_their_hashes_too(
    api: Api, company_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("bcrypt")
    from auth_service.users.hashers import Argon2Hasher, OldSystemHasher

    old = member(company_id, password=OLD_PASSWORD)
    good = member(company_id)
    computed: list[str] = []
    for hasher, method in ((Argon2Hasher, "encode"), (Argon2Hasher, "verify"), (OldSystemHasher, "encode")):
        original = getattr(hasher, method)

        def counted(self: Any, *args: Any, _original: Any = original) -> Any:
            computed.append(self.algorithm)
            return _original(self, *args)

        monkeypatch.setattr(hasher, method, counted)
    for email in ("nobody@example.com", good.email, old.email):
        login(api, email, "wrong")
        assert sorted(computed) == ["argon2", "bcrypt"]
        computed.clear()


@pytest.mark.django_db
def test_after_ten_wrong_passwords_the_address_is_closed_for_a_while(api: Api, company_id: UUID) -> None:
    user, other = member(company_id), member(company_id)
    statuses = [login(api, user.email.upper(), "wrong").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    closed = login(api, user.email)
    assert closed.status_code == 429
    assert closed.json()["error"]["code"] == "TOO_MANY_ATTEMPTS"
    assert 0 < int(closed["Retry-After"]) <= 15 * 60
    assert login(api, other.email).status_code == 200


@pytest.mark.django_db
def test_an_unknown_address_is_closed_like_a_known_one(api: Api) -> None:
    statuses = [login(api, "nobody@example.com", "wrong").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


@pytest.mark.django_db
def test_the_right_password_forgets_the_wrong_ones(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    for _ in range(3):
        for _ in range(9):
            login(api, user.email, "wrong")
        assert login(api, user.email).status_code == 200


@pytest.mark.django_db
def test_a_password_of_the_old_system_still_works_and_is_hashed_anew(api: Api, company_id: UUID) -> None:
    pytest.importorskip("bcrypt")
    user = member(company_id, password=OLD_PASSWORD)
    assert login(api, user.email, "legacy-pass-123").status_code == 200
    from auth_service.users.models import User
    from common.security.tenancy import all_companies

    with all_companies("test"):
        assert User.objects.get(pk=user.pk).password.startswith("argon2$argon2id$")
    assert login(api, user.email, "legacy-pass-123").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"email": "a@example.com", "password": "x"', 400, "MALFORMED_REQUEST"),
        ("[]", 400, "MALFORMED_REQUEST"),
        ('{"email": "a@example.com", "password": "\\u0000"}', 400, "MALFORMED_REQUEST"),
        ('{"email": "a@example.com", "password": "x", "is_staff": true}', 422, "VALIDATION_ERROR"),
        ('{"email": "a@example.com", "password": 1e400}', 400, "MALFORMED_REQUEST"),
        ('{"email": "a@example.com", "password": ["x"]}', 422, "VALIDATION_ERROR"),
        ('{"email": "not an address", "password": "x"}', 422, "VALIDATION_ERROR"),
        ('{"email": "a@example.com", "password": "x", "company_id": "7"}', 422, "VALIDATION_ERROR"),
        ("{}", 422, "VALIDATION_ERROR"),
    ],
)
def test_bad_input_gets_the_contracts_error(api: Api, body: str, status: int, code: str) -> None:
    answer = api().post("/login", body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code


@pytest.mark.django_db
def test_a_form_is_no_json(api: Api) -> None:
    answer = api().post(
        "/login", "email=a@example.com&password=x", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 415
