from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

import auth_service.users.consumers  # noqa: F401
from auth_service.users.models import Membership, Role, Session, User
from auth_service.users.tests.conftest import Events
from auth_service.users.tests.factories import UserFactory, join, member, sign_in
from common.contracts.base import Event, to_wire, wire_name
from common.contracts.company import CompanyCreated, CompanyRemoved
from common.contracts.employee import EmployeeHired, EmployeeTerminated
from common.contracts.rights import COMPANY_ROLES, ROLE_PERMISSIONS
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db


def receive(*events: Any) -> None:
    dispatch(registry, "somebody", _envelopes(events))


def _envelopes(events: Sequence[Event]) -> list[Envelope]:
    return [
        Envelope(
            id=uuid4(),
            type=wire_name(type(event)),
            position=position,
            aggregate_id=uuid4(),
            version=1,
            company_id=event.company_id,  # type: ignore[attr-defined]
            occurred_at=datetime.now(UTC),
            payload=to_wire(event),
        )
        for position, event in enumerate(events, 1)
    ]


@pytest.fixture(autouse=True)
def _all_companies() -> Any:
    """As the inbox does it; handlers then narrow the scope."""
    with all_companies("inbox"):
        yield


def hired(user: User, company_id: UUID, source: str = "saga") -> EmployeeHired:
    return EmployeeHired(
        employee_id=uuid4(),
        employee_number="E-1",
        company_id=company_id,
        user_id=user.id,
        first_name="Mona",
        last_name="Saleh",
        source=source,
    )


def terminated(user_id: UUID, company_id: UUID) -> EmployeeTerminated:
    return EmployeeTerminated(
        employee_id=uuid4(), company_id=company_id, user_id=user_id, last_day=date(2026, 11, 30)
    )


def test_a_new_company_gets_its_four_roles_once() -> None:
    companies = [uuid4(), uuid4()]
    created = [CompanyCreated(company_id=company, name="A company") for company in companies]
    receive(*created)
    receive(created[0])
    for company in companies:
        roles = Role.objects.filter(company_id=company).prefetch_related("permissions")
        granted = {role.name: {permission.code for permission in role.permissions.all()} for role in roles}
        assert granted == {name: ROLE_PERMISSIONS[name] for name in COMPANY_ROLES}


def test_a_role_that_was_changed_keeps_its_permissions_when_the_event_comes_again(company_id: UUID) -> None:
    receive(CompanyCreated(company_id=company_id, name="A company"))
    worker = Role.objects.get(company_id=company_id, name="worker")
    worker.permissions.remove(worker.permissions.get(code="payroll:view"))
    receive(CompanyCreated(company_id=company_id, name="A company"))
    assert not worker.permissions.filter(code="payroll:view").exists()


def test_a_company_that_is_taken_back_keeps_only_the_roles_that_somebody_has(company_id: UUID) -> None:
    other = uuid4()
    created = [CompanyCreated(company_id=company, name="A company") for company in (company_id, other)]
    receive(*created)
    join(UserFactory(), other, "supervisor")
    receive(*[CompanyRemoved(company_id=company) for company in (company_id, other)])
    left = Role.objects.exclude(company_id=None).values_list("company_id", "name")
    assert set(left) == {(other, "supervisor")}
    receive(created[0], CompanyRemoved(company_id=company_id), created[0])
    assert Role.objects.filter(company_id=company_id).count() == len(COMPANY_ROLES)


def test_a_complete_hire_switches_the_account_on(company_id: UUID, events: Events) -> None:
    user = member(company_id, is_active=False)
    receive(hired(user, company_id))
    receive(hired(user, company_id))
    assert User.objects.get(pk=user.pk).is_active
    (event,) = events("user.updated", user.id)
    assert event["is_active"] is True


def test_an_imported_employees_account_stays_off(company_id: UUID, events: Events) -> None:
    user = member(company_id, is_active=False)
    receive(hired(user, company_id, source="import"))
    assert not User.objects.get(pk=user.pk).is_active
    assert events() == []


def test_an_exit_ends_sessions_role_and_account(company_id: UUID, events: Events) -> None:
    user = member(company_id)
    session = sign_in(user).session
    receive(terminated(user.id, company_id))
    assert not User.objects.get(pk=user.pk).is_active
    assert not Membership.objects.get(user=user).is_active
    assert Session.objects.get(pk=session.pk).revoked_at is not None
    assert len(events("user.deactivated", user.id)) == 1
    assert [event["company_id"] for event in events("role.revoked", user.id)] == [str(company_id)]
    assert [event["reason"] for event in events("session.revoked", session.id)] == ["employment_ended"]
    receive(terminated(user.id, company_id))
    assert len(events("user.deactivated", user.id)) == 1


def test_somebody_with_a_second_company_keeps_the_account_and_that_companys_session(
    company_id: UUID, events: Events
) -> None:
    user, second = member(company_id), uuid4()
    join(user, second)
    here, there = sign_in(user, company_id).session, sign_in(user, second).session
    receive(terminated(user.id, company_id))
    assert User.objects.get(pk=user.pk).is_active
    assert Session.objects.get(pk=here.pk).revoked_at is not None
    assert Session.objects.get(pk=there.pk).revoked_at is None
    assert events("user.deactivated") == []


def test_the_exit_of_somebody_without_an_account_needs_nothing(company_id: UUID, events: Events) -> None:
    receive(terminated(uuid4(), company_id))
    assert events() == []


def test_hires_and_exits_of_one_person_are_applied_in_their_order(company_id: UUID) -> None:
    user = member(company_id)
    receive(terminated(user.id, company_id), hired(user, company_id))
    assert User.objects.get(pk=user.pk).is_active
    receive(hired(user, company_id), terminated(user.id, company_id))
    assert not User.objects.get(pk=user.pk).is_active
