"""/users: accounts as the managers of a company and the super administrators reach them."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail

from auth_service.users.models import AccountMail, Membership, User
from auth_service.users.services.hires import user_leave_company
from auth_service.users.tasks import send_account_mails
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import PASSWORD, join, member, person, sign_in
from common.contracts.rights import PERMISSION_CODES, ROLE_PERMISSIONS
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies
from common.testing.threads import run_all

Api = Callable[..., Any]
NEW = {"email": "New@Example.com", "first_name": "نورة", "last_name": "العلي", "role": "supervisor"}

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def manager(company_id: UUID) -> User:
    return member(company_id, "company_manager", first_name="Huda", last_name="Nasser")


@pytest.fixture
def by_manager(api: Api, manager: User) -> Any:
    return api(sign_in(manager).token)


@pytest.fixture
def by_super(api: Api) -> Any:
    return api(sign_in(member(None, "super_admin")).token)


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [user["first_name"] for user in answer.json()["users"]]


class TestList:
    def test_a_manager_sees_the_people_of_the_company_and_nobody_else(
        self, by_manager: Any, company_id: UUID, manager: User
    ) -> None:
        ours = member(company_id, "worker")
        join(ours, uuid4(), "supervisor")
        member(uuid4(), "worker")
        person()
        member(None, "super_admin")
        body = by_manager.get("/users").json()
        assert [user["id"] for user in body["users"]] == [str(ours.id), str(manager.id)]
        assert body["pagination"] == {"page": 1, "limit": 20, "total": 2, "pages": 1, "next_cursor": None}
        (role,) = body["users"][0]["roles"]
        assert (role["name"], role["level"], role["company_id"]) == ("worker", 1, str(company_id))
        assert b"password" not in by_manager.get("/users").content

    def test_a_super_administrator_sees_everybody_or_one_company(
        self, by_super: Any, company_id: UUID
    ) -> None:
        ours = member(company_id)
        person()
        assert by_super.get("/users").json()["pagination"]["total"] == 3
        body = by_super.get(f"/users?company_id={company_id}").json()
        assert [user["id"] for user in body["users"]] == [str(ours.id)]
        assert len(by_super.get("/users?role=super_admin").json()["users"]) == 1

    def test_naming_another_company_is_refused(self, by_manager: Any, company_id: UUID) -> None:
        assert by_manager.get(f"/users?company_id={company_id}").status_code == 200
        assert refusal(by_manager.get(f"/users?company_id={uuid4()}")) == (422, "VALIDATION_ERROR")

    @pytest.mark.parametrize(
        "search", ["mon", "MONA", "saleh", "sal", "Mona Sal", "mona.saleh@", "منى", "مُنى صا", "صالح"]
    )
    def test_a_search_finds_the_beginning_of_address_name_or_last_name_in_any_spelling(
        self, by_manager: Any, company_id: UUID, search: str
    ) -> None:
        member(company_id, email="mona.saleh@example.com", first_name="Mona", last_name="Saleh")
        member(company_id, first_name="منى", last_name="صَالح")
        member(company_id, first_name="Zain", last_name="Other", email="zain@example.com")
        found = names(by_manager.get("/users", {"search": search}))
        assert found in (["Mona"], ["منى"])

    def test_a_name_is_found_under_its_new_spelling_after_a_change(
        self, by_manager: Any, company_id: UUID
    ) -> None:
        user = member(company_id)
        by_manager.put(f"/users/{user.id}", {"last_name": "الأحمد"})
        assert names(by_manager.get("/users?search=الاحمد")) == ["Mona"]
        assert names(by_manager.get("/users?search=saleh")) == []

    def test_role_and_status_narrow_the_list(self, by_manager: Any, company_id: UUID) -> None:
        member(company_id, "supervisor", first_name="Sami", is_active=False)
        member(company_id, "worker", first_name="Wael")
        assert names(by_manager.get("/users?role=supervisor")) == ["Sami"]
        assert names(by_manager.get("/users?is_active=false")) == ["Sami"]
        assert names(by_manager.get("/users?role=worker&is_active=true")) == ["Wael"]

    def test_whoever_left_stays_in_the_list_without_a_role(self, by_manager: Any, company_id: UUID) -> None:
        user = member(company_id, "worker", first_name="Left")
        user_leave_company(user_id=user.id, company_id=company_id, reason="employment_ended")
        (listed,) = by_manager.get("/users?is_active=false").json()["users"]
        assert (listed["first_name"], listed["roles"]) == ("Left", [])
        assert names(by_manager.get("/users?role=worker")) == []

    def test_pages_and_cursors_show_everybody_once(self, by_manager: Any, company_id: UUID) -> None:
        for _number in range(4):
            member(company_id)
        pages = [by_manager.get(f"/users?page={page}&limit=2").json()["users"] for page in (1, 2, 3)]
        seen, cursor = [], ""
        while cursor is not None:
            body = by_manager.get("/users", {"limit": 2, "cursor": cursor}).json()
            seen += body["users"]
            cursor = body["pagination"]["next_cursor"]
        assert [user["id"] for page in pages for user in page] == [user["id"] for user in seen]
        assert len(seen) == 5

    def test_a_list_costs_the_same_statements_however_long_it_is(
        self, by_manager: Any, company_id: UUID, django_assert_max_num_queries: Any
    ) -> None:
        for _number in range(5):
            member(company_id)
        with django_assert_max_num_queries(9):
            assert len(by_manager.get("/users").json()["users"]) == 6

    @pytest.mark.parametrize(
        "query",
        [
            "colour=red",
            "is_active=maybe",
            "company_id=7",
            "page=0",
            "limit=101",
            "cursor=x",
            "page=1&cursor=",
        ],
    )
    def test_a_wrong_parameter_is_named(self, by_manager: Any, query: str) -> None:
        answer = by_manager.get(f"/users?{query}")
        assert refusal(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"]

    @pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
    def test_nobody_below_a_manager_sees_accounts(self, api: Api, company_id: UUID, role: str) -> None:
        client = api(sign_in(member(company_id, role)).token)
        assert refusal(client.get("/users")) == (403, "FORBIDDEN")
        assert refusal(client.get(f"/users/{uuid4()}")) == (403, "FORBIDDEN")
        assert refusal(client.post("/users", NEW)) == (403, "FORBIDDEN")
        assert refusal(api().get("/users")) == (401, "UNAUTHENTICATED")


class TestInvitation:
    def test_an_invited_person_chooses_a_password_by_mail_and_signs_in(
        self, api: Api, by_manager: Any, company_id: UUID, events: Events
    ) -> None:
        answer = by_manager.post("/users", NEW)
        assert answer.status_code == 201
        user = answer.json()["user"]
        assert (user["email"], user["is_active"]) == ("new@example.com", True)
        assert [(role["name"], role["company_id"]) for role in user["roles"]] == [
            ("supervisor", str(company_id))
        ]
        assert "password" not in answer.content.decode()
        assert [event["company_ids"] for event in events("user.created")] == [[str(company_id)]]
        assert [event["role"] for event in events("role.assigned")] == ["supervisor"]
        send_account_mails()
        (letter,) = mail.outbox
        assert letter.to == ["new@example.com"]
        assert "You have an account" in letter.subject
        link = re.search(r"/password/reset/\S+", str(letter.body))
        assert link is not None
        assert api().post(link.group(), {"new_password": PASSWORD}).status_code == 200
        signed_in = api().post("/login", {"email": "new@example.com", "password": PASSWORD})
        assert signed_in.json()["user"]["id"] == user["id"]

    def test_a_repeated_invitation_with_one_key_makes_one_account(self, by_manager: Any) -> None:
        first, second = [by_manager.post("/users", NEW, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        with all_companies("test"):
            assert User.objects.filter(email="new@example.com").count() == 1
            assert AccountMail.objects.filter(email="new@example.com").count() == 1

    def test_a_taken_address_is_a_conflict_also_when_it_is_of_another_company(self, by_manager: Any) -> None:
        member(uuid4(), email="new@example.com")
        assert refusal(by_manager.post("/users", NEW)) == (409, "EMAIL_TAKEN")

    def test_two_managers_who_invite_one_person_at_once_make_one_account(
        self, api: Api, by_manager: Any, company_id: UUID
    ) -> None:
        other = api(sign_in(member(company_id, "company_manager")).token)
        statuses = run_all(
            [
                lambda: by_manager.post("/users", NEW).status_code,
                lambda: other.post("/users", NEW).status_code,
            ]
        )
        assert sorted(statuses) == [201, 409]

    def test_nobody_gives_a_role_above_their_own_or_in_another_company(
        self, by_manager: Any, events: Events
    ) -> None:
        before = len(events())
        for role, status in (("super_admin", 422), ("owner", 422)):
            assert by_manager.post("/users", NEW | {"role": role}).status_code == status
        assert refusal(by_manager.post("/users", NEW | {"company_id": str(uuid4())})) == (
            422,
            "VALIDATION_ERROR",
        )
        assert len(events()) == before

    def test_a_super_administrator_names_the_company_or_the_role_above_all(
        self, by_super: Any, company_id: UUID
    ) -> None:
        member(company_id)
        assert refusal(by_super.post("/users", NEW)) == (422, "VALIDATION_ERROR")
        both = NEW | {"role": "super_admin", "company_id": str(company_id)}
        assert refusal(by_super.post("/users", both)) == (422, "VALIDATION_ERROR")
        assert refusal(by_super.post("/users", NEW | {"company_id": str(uuid4())})) == (422, "UNKNOWN_ROLE")
        assert by_super.post("/users", NEW | {"company_id": str(company_id)}).status_code == 201
        answer = by_super.post("/users", NEW | {"email": "second@example.com", "role": "super_admin"})
        assert answer.status_code == 201
        assert [role["name"] for role in answer.json()["user"]["roles"]] == ["super_admin"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "nobody"), ("email", "x\u0000@example.com"), ("email", ""), ("first_name", "a" * 151),
            ("first_name", "a\u202eb"), ("last_name", None), ("role", ""), ("company_id", "7"), ("password", "x"),
            ("is_active", False),
        ],
    )  # fmt: skip
    def test_a_wrong_field_is_named(self, by_manager: Any, field: str, value: Any) -> None:
        answer = by_manager.post("/users", NEW | {field: value})
        assert answer.status_code in {400, 422}
        if answer.status_code == 422:
            assert field in answer.json()["error"]["details"]


class TestOneAccount:
    def test_an_account_shows_roles_with_their_permissions(self, by_manager: Any, company_id: UUID) -> None:
        user = member(company_id, "worker")
        body = by_manager.get(f"/users/{user.id}").json()["user"]
        assert body["roles"][0]["permissions"] == sorted(ROLE_PERMISSIONS["worker"])
        assert "last_login" not in body
        sign_in(user)
        assert "last_login" in by_manager.get(f"/users/{user.id}").json()["user"]

    def test_somebody_of_another_company_does_not_exist(self, by_manager: Any, events: Events) -> None:
        theirs, above = member(uuid4()), member(None, "super_admin")
        before = len(events())
        for user_id in (theirs.id, above.id, person().id, uuid4()):
            address = f"/users/{user_id}"
            calls = [
                by_manager.get(address),
                by_manager.put(address, {"first_name": "x"}),
                by_manager.delete(address),
                by_manager.post(f"{address}/activate"),
                by_manager.get(f"{address}/permissions"),
                by_manager.get(f"{address}/memberships"),
                by_manager.post(f"{address}/memberships", {"role": "worker"}),
                by_manager.put(f"{address}/memberships/{uuid4()}", {"role": "worker"}),
                by_manager.delete(f"{address}/memberships/{uuid4()}"),
                by_manager.get(f"{address}/roles"),
                by_manager.post(f"{address}/roles", {"role": "worker"}),
            ]
            assert {refusal(answer) for answer in calls} == {(404, "NOT_FOUND")}
        assert len(events()) == before

    def test_somebody_who_also_works_elsewhere_is_changed_only_from_above(
        self, by_manager: Any, by_super: Any, company_id: UUID
    ) -> None:
        user = member(company_id)
        join(user, uuid4())
        assert refusal(by_manager.put(f"/users/{user.id}", {"first_name": "x"})) == (403, "FORBIDDEN")
        assert refusal(by_manager.delete(f"/users/{user.id}")) == (403, "FORBIDDEN")
        assert by_super.put(f"/users/{user.id}", {"first_name": "x"}).status_code == 200

    def test_a_change_keeps_what_it_leaves_out_and_is_told(
        self, by_manager: Any, company_id: UUID, events: Events
    ) -> None:
        user = member(company_id, email_verified=True)
        answer = by_manager.put(f"/users/{user.id}", {"email": "Other@Example.com"})
        assert answer.status_code == 200
        changed = answer.json()["user"]
        assert (changed["email"], changed["first_name"], changed["email_verified"]) == (
            "other@example.com",
            "Mona",
            False,
        )
        assert [event["email"] for event in events("user.updated", user.id)] == ["other@example.com"]
        taken = member(company_id).email
        assert refusal(by_manager.put(f"/users/{user.id}", {"email": taken})) == (409, "EMAIL_TAKEN")
        assert refusal(by_manager.put(f"/users/{user.id}", {"is_active": False})) == (422, "VALIDATION_ERROR")


class TestDeactivation:
    def test_a_deactivated_person_is_out_at_once_and_comes_back_when_activated(
        self, api: Api, by_manager: Any, company_id: UUID, events: Events
    ) -> None:
        user = member(company_id)
        token = sign_in(user).token
        assert by_manager.delete(f"/users/{user.id}").status_code == 200
        assert api(token).get("/profile").status_code == 401
        assert api().post("/login", {"email": user.email, "password": PASSWORD}).status_code == 401
        assert by_manager.delete(f"/users/{user.id}").status_code == 200
        assert len(events("user.deactivated", user.id)) == 1
        assert by_manager.get(f"/users/{user.id}/permissions").json()["companies"] == []
        answer = by_manager.post(f"/users/{user.id}/activate")
        assert (answer.status_code, answer.json()["user"]["is_active"]) == (200, True)
        assert api().post("/login", {"email": user.email, "password": PASSWORD}).status_code == 200

    def test_nobody_takes_away_their_own_access(
        self, by_manager: Any, by_super: Any, manager: User, company_id: UUID
    ) -> None:
        with all_companies("test"):
            place = Membership.objects.get(user=manager)
        for answer in (
            by_manager.delete(f"/users/{manager.id}"),
            by_manager.delete(f"/users/{manager.id}/memberships/{place.id}"),
            by_manager.put(f"/users/{manager.id}/memberships/{place.id}", {"role": "worker"}),
            by_manager.post(f"/users/{manager.id}/roles", {"role": "worker"}),
        ):
            assert refusal(answer) == (409, "OWN_ACCOUNT")
        assert by_manager.get(f"/users/{manager.id}").status_code == 200

    def test_two_super_administrators_cannot_deactivate_each_other_at_once(self, api: Api) -> None:
        pair = [member(None, "super_admin"), member(None, "super_admin")]
        clients = [api(sign_in(user).token) for user in pair]

        def dismiss(client: Any, user: User) -> int:
            return int(client.delete(f"/users/{user.id}").status_code)

        statuses = run_all([lambda: dismiss(clients[0], pair[1]), lambda: dismiss(clients[1], pair[0])])
        assert statuses.count(200) == 1
        with all_companies("test"):
            assert User.objects.filter(is_active=True).count() == 1

    def test_two_managers_deactivate_one_person_at_once_and_it_is_told_once(
        self, api: Api, by_manager: Any, company_id: UUID, events: Events
    ) -> None:
        user = member(company_id)
        other = api(sign_in(member(company_id, "company_manager")).token)
        address = f"/users/{user.id}"
        statuses = run_all(
            [lambda: by_manager.delete(address).status_code, lambda: other.delete(address).status_code]
        )
        assert statuses == [200, 200]
        assert len(events("user.deactivated", user.id)) == 1


class TestPlaces:
    def test_effective_permissions_name_company_and_role(
        self, by_manager: Any, by_super: Any, company_id: UUID
    ) -> None:
        user = member(company_id, "supervisor")
        second = uuid4()
        join(user, second, "worker")
        (ours,) = by_manager.get(f"/users/{user.id}/permissions").json()["companies"]
        assert (ours["company_id"], ours["role"]["name"]) == (str(company_id), "supervisor")
        assert ours["permissions"] == sorted(ROLE_PERMISSIONS["supervisor"])
        both = by_super.get(f"/users/{user.id}/permissions").json()["companies"]
        assert [place["company_id"] for place in both] == [str(company_id), str(second)]
        above = member(None, "super_admin")
        (place,) = by_super.get(f"/users/{above.id}/permissions").json()["companies"]
        assert (place["all_companies"], place["permissions"]) == (True, sorted(PERMISSION_CODES))
        assert "company_id" not in place

    def test_a_place_is_taken_changed_and_ended_and_stays_on_record(
        self, api: Api, by_manager: Any, company_id: UUID, events: Events
    ) -> None:
        with all_companies("test"):
            CompanyRef.objects.create(company_id=company_id, name="Pearl")
        user = member(company_id, "worker")
        address = f"/users/{user.id}/memberships"
        (place,) = by_manager.get(address).json()["memberships"]
        assert (place["role"]["name"], place["is_active"], place["company_name"]) == ("worker", True, "Pearl")
        changed = by_manager.put(f"{address}/{place['id']}", {"role": "supervisor"})
        assert (changed.status_code, changed.json()["membership"]["role"]["name"]) == (200, "supervisor")
        token = sign_in(user).token
        assert by_manager.delete(f"{address}/{place['id']}").status_code == 200
        assert api(token).get("/profile").status_code == 401
        assert refusal(by_manager.delete(f"{address}/{place['id']}")) == (404, "NOT_FOUND")
        (ended,) = by_manager.get(address).json()["memberships"]
        assert ended["is_active"] is False
        back = by_manager.post(address, {"role": "worker"})
        assert (back.status_code, back.json()["membership"]["id"]) == (201, place["id"])
        assert refusal(by_manager.post(address, {"role": "worker"})) == (409, "ALREADY_MEMBER")
        assert [event["role"] for event in events("role.revoked", user.id)] == ["worker", "supervisor"]
        assert [event["role"] for event in events("role.assigned", user.id)] == ["supervisor", "worker"]

    def test_a_super_administrator_takes_a_person_into_a_second_company(
        self, by_super: Any, company_id: UUID
    ) -> None:
        second = uuid4()
        member(second)
        user = member(company_id)
        address = f"/users/{user.id}/memberships"
        assert refusal(by_super.post(address, {"role": "worker"})) == (422, "VALIDATION_ERROR")
        answer = by_super.post(address, {"role": "worker", "company_id": str(second)})
        assert answer.status_code == 201
        assert len(by_super.get(address).json()["memberships"]) == 2

    def test_a_role_given_again_changes_nothing(
        self, by_manager: Any, company_id: UUID, events: Events
    ) -> None:
        user = member(company_id, "worker")
        answers = [
            by_manager.post(f"/users/{user.id}/roles", {"role": "employee"}).json() for _time in range(2)
        ]
        assert [role["name"] for role in answers[0]["roles"]] == ["employee"]
        assert by_manager.get(f"/users/{user.id}/roles").json() == answers[0] == answers[1]
        assert len(events("role.assigned", user.id)) == 1
        assert refusal(by_manager.post(f"/users/{user.id}/roles", {"role": "owner"})) == (422, "UNKNOWN_ROLE")

    def test_the_last_super_administrator_keeps_the_role(self, by_super: Any) -> None:
        other = member(None, "super_admin")
        with all_companies("test"):
            place = Membership.objects.get(user=other)
        assert by_super.delete(f"/users/{other.id}/memberships/{place.id}").status_code == 200
        body = by_super.get("/users?role=super_admin").json()
        assert body["pagination"]["total"] == 1
