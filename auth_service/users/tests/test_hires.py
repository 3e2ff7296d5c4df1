from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auth_service.users.models import Membership, Role, User
from auth_service.users.services.hires import users_create_for_hires, users_rollback_hires
from auth_service.users.services.roles import company_roles_create
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import join, member, person
from common.contracts.auth import CREATE_USER, ROLLBACK_USER_CREATION, CreateUser
from common.contracts.base import to_wire
from common.sagas.outcomes import Answer, Call, CommandMessage, Outcome, Status
from common.sagas.participant import execute, participants
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
STEP = "create_user"


@pytest.fixture
def company(company_id: UUID) -> UUID:
    company_roles_create([company_id])
    return company_id


def command(company_id: UUID, **fields: Any) -> CreateUser:
    values = {"email": f"{uuid4()}@example.com", "first_name": "Ali", "last_name": "Hasan", **fields}
    return CreateUser(**{"user_id": uuid4(), "company_id": company_id, **values})


def call(company_id: UUID, done: dict[str, Any] | None = None, **fields: Any) -> Call[CreateUser]:
    return Call(uuid4(), STEP, company_id, command(company_id, **fields), done)


def create(*calls: Call[CreateUser]) -> list[Outcome]:
    with all_companies("test"):
        return users_create_for_hires(calls)


def undo(calls: Sequence[Call[CreateUser]], outcomes: Sequence[Outcome]) -> list[Outcome]:
    done = [
        Call(before.saga_id, before.step, before.company_id, before.command, outcome.result)
        for before, outcome in zip(calls, outcomes, strict=True)
    ]
    with all_companies("test"):
        return users_rollback_hires(done)


def code(outcome: Outcome) -> tuple[str, Any]:
    return outcome.status, outcome.error.get("code")


def test_a_hire_makes_an_inactive_account_with_a_role(company: UUID, events: Events) -> None:
    hire = call(company, email="New.Person@Example.com", role="supervisor")
    (outcome,) = create(hire)
    assert outcome == Outcome.done({"user_id": str(hire.command.user_id), "adopted": False})
    with all_companies("test"):
        user = User.objects.get()
        membership = Membership.objects.select_related("role").get()
    assert (user.id, user.email, user.is_active) == (hire.command.user_id, "new.person@example.com", False)
    assert not user.has_usable_password()
    assert (membership.role.name, membership.company_id, membership.is_active) == (
        "supervisor",
        company,
        True,
    )
    (created,) = events("user.created", user.id)
    assert (created["is_active"], created["company_ids"]) == (False, [str(company)])
    assert [event["role"] for event in events("role.assigned", user.id)] == ["supervisor"]


def test_a_taken_address_is_refused_in_any_spelling(company: UUID, events: Events) -> None:
    person(email="taken@example.com")
    outcomes = create(call(company, email="TAKEN@example.com"), call(company))
    assert [code(outcome) for outcome in outcomes] == [("refused", "EMAIL_TAKEN"), ("done", None)]
    assert outcomes[0].error["status"] == 409
    assert len(events("user.created")) == 1


def test_of_two_hires_with_one_address_in_a_batch_the_first_gets_it(company: UUID) -> None:
    outcomes = create(call(company, email="twin@example.com"), call(company, email="Twin@example.com"))
    assert [code(outcome) for outcome in outcomes] == [("done", None), ("refused", "EMAIL_TAKEN")]


@pytest.mark.parametrize("role", ["super_admin", "owner", ""])
def test_a_role_that_no_company_has_is_refused(company: UUID, role: str) -> None:
    assert code(create(call(company, role=role))[0]) == ("refused", "UNKNOWN_ROLE")


def test_a_hire_waits_for_the_roles_of_a_new_company(company_id: UUID) -> None:
    hire = call(company_id)
    assert create(hire)[0].status is Status.FAILED
    company_roles_create([company_id])
    assert create(hire)[0].status is Status.DONE


def test_an_existing_member_is_adopted_and_left_alone_by_the_compensation(
    company: UUID, events: Events
) -> None:
    user = member(company, "company_manager")
    hire = call(company, existing_user_id=user.id, email=user.email)
    outcomes = create(hire)
    assert outcomes == [Outcome.done({"user_id": str(user.id), "adopted": True})]
    assert undo([hire], outcomes) == [Outcome.done()]
    with all_companies("test"):
        assert Membership.objects.filter(user=user, is_active=True).count() == 1
    assert events() == []


def test_an_unknown_a_foreign_and_a_former_member_cannot_be_adopted_and_look_the_same(company: UUID) -> None:
    former = person()
    join(former, company, is_active=False)
    people = [uuid4(), member(uuid4()).id, former.id, person().id]
    outcomes = create(*(call(company, existing_user_id=someone) for someone in people))
    assert {code(outcome) for outcome in outcomes} == {("refused", "UNKNOWN_USER")}
    assert len({str(outcome.error) for outcome in outcomes}) == 1


def test_the_compensation_deletes_what_the_hire_made_and_nothing_else(company: UUID, events: Events) -> None:
    bystander = member(company)
    calls = [call(company), call(company)]
    outcomes = create(*calls)
    assert undo(calls[:1], outcomes[:1]) == [Outcome.done()]
    with all_companies("test"):
        assert set(User.objects.values_list("pk", flat=True)) == {bystander.pk, calls[1].command.user_id}
        assert Membership.objects.count() == 2
    assert [event["user_id"] for event in events("user.deleted")] == [str(calls[0].command.user_id)]


def test_an_account_with_a_role_elsewhere_survives_the_compensation(company: UUID, events: Events) -> None:
    hire = call(company)
    outcomes = create(hire)
    with all_companies("test"):
        user = User.objects.get()
    elsewhere = uuid4()
    join(user, elsewhere)
    undo([hire], outcomes)
    with all_companies("test"):
        assert list(Membership.objects.values_list("company_id", flat=True)) == [elsewhere]
        assert User.objects.get().version == 2
    assert events("user.deleted") == []
    assert [event["company_id"] for event in events("role.revoked")] == [str(company)]


def test_two_hundred_hires_take_a_handful_of_statements_there_and_back(company: UUID) -> None:
    other = uuid4()
    company_roles_create([other])
    known = member(company)
    calls = [call(company if number % 2 else other) for number in range(199)]
    calls.append(call(company, existing_user_id=known.id))
    with all_companies("test"):
        with CaptureQueriesContext(
            connection,
        ) as forwards:
            outcomes = users_create_for_hires(calls)
        assert [outcome.status for outcome in outcomes] == [Status.DONE] * 200
        assert len(forwards) <= 8
    with CaptureQueriesContext(connection) as backwards:
        undo(calls, outcomes)
    assert len(backwards) <= 20
    with all_companies("test"):
        assert User.objects.count() == 1


def test_a_hire_computes_no_password_hash(company: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    from auth_service.users.hashers import Argon2Hasher

    monkeypatch.setattr(Argon2Hasher, "encode", lambda *_: pytest.fail("hashed"))
    assert create(call(company))[0].status is Status.DONE


def run(name: str, *hires: Call[CreateUser], fence: int = 1) -> list[Answer]:
    messages = [
        CommandMessage(
            saga_id=hire.saga_id,
            step=STEP,
            company_id=hire.company_id,
            fence=fence,
            command=to_wire(hire.command),
        )
        for hire in hires
    ]
    return execute(participants[name], messages)


def test_the_saga_steps_are_registered_under_their_names_in_the_contract(
    company: UUID, events: Events
) -> None:
    import auth_service.users.tasks  # noqa: F401

    hire = call(company)
    assert [answer.status for answer in run(CREATE_USER, hire)] == [Status.DONE]
    assert [answer.status for answer in run(CREATE_USER, hire)] == [Status.DONE]
    assert len(events("user.created")) == 1
    assert [answer.status for answer in run(ROLLBACK_USER_CREATION, hire)] == [Status.DONE]
    assert len(events("user.deleted")) == 1
    assert [answer.status for answer in run(CREATE_USER, hire)] == [Status.STALE]
    with all_companies("test"):
        assert User.objects.count() == 0
        assert Role.objects.filter(company_id=company).count() == 4
