"""The copies after runs of events: in order, replayed, and with producers in any order."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.contracts.auth import (
    RoleAssigned,
    RoleRevoked,
    UserCreated,
    UserDeactivated,
    UserDeleted,
    UserUpdated,
)
from common.contracts.base import Event, owner_of, wire_name
from common.contracts.company import (
    CompanyCreated,
    CompanyDeactivated,
    CompanyRemoved,
    CompanyUpdated,
    DepartmentCreated,
    DepartmentDeleted,
    DepartmentUpdated,
)
from common.contracts.employee import (
    EmployeeArchived,
    EmployeeHired,
    EmployeeRemoved,
    EmployeeTerminated,
    EmployeeTransferred,
    EmployeeUpdated,
)
from common.messaging.consumers import Received, registry
from common.messaging.envelopes import EventMeta
from common.reference.consumers import FOLLOWED
from common.reference.models import CompanyRef, DepartmentRef, EmployeeRef, Reference, UserRef
from common.reference.services import companies_apply, departments_apply, employees_apply, users_apply
from common.security.tenancy import all_companies

COMPANY, OTHER, DEPARTMENT, USER, EMPLOYEE = (UUID(int=number) for number in range(1, 6))


@pytest.fixture(autouse=True)
def scope(db: None) -> Any:
    with all_companies("as the inbox runs"):
        yield


def received(*events: Event) -> Sequence[Received]:
    """The events as a run of a feed."""
    return [(event, _meta(event, number)) for number, event in enumerate(events, start=1)]


def _meta(event: Event, number: int) -> EventMeta:
    name = wire_name(type(event))
    return EventMeta(
        id=uuid4(),
        type=name,
        producer=owner_of(name),
        position=number,
        aggregate_id=uuid4(),
        version=number,
        company_id=None,
        occurred_at=datetime.now(UTC),
        actor_id=None,
        saga_id=None,
    )


def user_created(*companies: UUID, **values: Any) -> UserCreated:
    given = {
        "user_id": USER,
        "email": "a@x.example",
        "first_name": "Noura",
        "last_name": "Ali",
        "is_active": True,
    }
    return UserCreated(company_ids=list(companies), **{**given, **values})


def user_updated(**values: Any) -> UserUpdated:
    given = {
        "user_id": USER,
        "email": "b@x.example",
        "first_name": "Nora",
        "last_name": "Ali",
        "is_active": True,
    }
    return UserUpdated(**{**given, **values})


def hired(**values: Any) -> EmployeeHired:
    given = {
        "employee_id": EMPLOYEE,
        "employee_number": "E-7",
        "company_id": COMPANY,
        "user_id": USER,
        "first_name": "Noura",
        "last_name": "Ali",
        "full_name_ar": "نورة علي",
    }
    return EmployeeHired(**{**given, **values})


def test_a_company_keeps_what_the_old_application_called_it() -> None:
    companies_apply(
        received(
            CompanyCreated(company_id=COMPANY, name="Nile", old_id="company-1"),
            CompanyUpdated(company_id=COMPANY, name="Blue Nile"),
        )
    )
    companies_apply(received(CompanyUpdated(company_id=COMPANY, name="White Nile")))
    company = CompanyRef.objects.get(company_id=COMPANY)
    assert (company.name, company.old_id) == ("White Nile", "company-1")


def test_a_company_is_copied_changed_and_deactivated() -> None:
    companies_apply(received(CompanyCreated(company_id=COMPANY, name="Nour", name_ar="شركة النور")))
    company = CompanyRef.objects.get()
    assert (company.name, company.name_ar, company.is_active, company.version) == (
        "Nour",
        "شركة النور",
        True,
        1,
    )
    assert CompanyRef.objects.filter(name_ar_folded__folded_prefix="النور").exists()
    companies_apply(
        received(CompanyUpdated(company_id=COMPANY, name="New"), CompanyDeactivated(company_id=COMPANY))
    )
    company.refresh_from_db()
    assert (company.name, company.is_active, company.version) == ("New", False, 2)


def test_a_department_is_copied_changed_and_deleted() -> None:
    created = DepartmentCreated(department_id=DEPARTMENT, company_id=COMPANY, name="Sales")
    updated = DepartmentUpdated(
        department_id=DEPARTMENT,
        company_id=COMPANY,
        name="Shops",
        parent_department_id=OTHER,
        is_active=False,
    )
    departments_apply(received(created, updated))
    department = DepartmentRef.objects.get()
    assert (department.name, department.parent_department_id, department.is_active) == ("Shops", OTHER, False)
    departments_apply(received(DepartmentDeleted(department_id=DEPARTMENT, company_id=COMPANY)))
    assert not DepartmentRef.objects.exists()


def test_a_user_is_copied_with_the_companies_of_the_roles() -> None:
    users_apply(received(user_created(), RoleAssigned(user_id=USER, role="worker", company_id=COMPANY)))
    users_apply(received(user_updated(), RoleAssigned(user_id=USER, role="worker", company_id=OTHER)))
    user = UserRef.objects.get()
    assert (user.email, user.first_name, user.company_ids) == ("b@x.example", "Nora", [COMPANY, OTHER])
    users_apply(
        received(
            RoleRevoked(user_id=USER, role="worker", company_id=COMPANY),
            RoleAssigned(user_id=USER, role="super_admin", company_id=None),
            UserDeactivated(user_id=USER, at=datetime.now(UTC)),
        )
    )
    user.refresh_from_db()
    assert (user.company_ids, user.is_active) == ([OTHER], False)
    users_apply(received(UserDeleted(user_id=USER)))
    assert not UserRef.objects.exists()


def test_an_employee_is_copied_through_an_employment() -> None:
    updated = EmployeeUpdated(
        employee_id=EMPLOYEE, company_id=COMPANY, user_id=USER, first_name="Nora", last_name="Ali"
    )
    moved = EmployeeTransferred(
        employee_id=EMPLOYEE, company_id=COMPANY, from_department_id=None, to_department_id=DEPARTMENT
    )
    employees_apply(received(hired(), updated, moved))
    employee = EmployeeRef.objects.get()
    assert (employee.number, employee.first_name, employee.department_id) == ("E-7", "Nora", DEPARTMENT)
    ended = EmployeeTerminated(
        employee_id=EMPLOYEE, company_id=COMPANY, user_id=USER, last_day=date(2026, 11, 30)
    )
    employees_apply(received(ended))
    assert EmployeeRef.objects.get().status == "terminated"
    employees_apply(received(EmployeeArchived(employee_id=EMPLOYEE, company_id=COMPANY)))
    assert EmployeeRef.objects.get().status == "archived"


def test_what_an_import_takes_back_is_copied_no_more_and_may_come_again() -> None:
    created, hire = CompanyCreated(company_id=COMPANY, name="Nour"), hired(source="import")
    removed = EmployeeRemoved(employee_id=EMPLOYEE, company_id=COMPANY, user_id=USER)
    companies_apply(received(created, CompanyRemoved(company_id=COMPANY)))
    employees_apply(received(hire))
    employees_apply(received(removed))
    assert not CompanyRef.objects.exists()
    assert not EmployeeRef.objects.exists()
    companies_apply(received(created))
    employees_apply(received(hire, removed, hire))
    assert (CompanyRef.objects.get().name, EmployeeRef.objects.get().number) == ("Nour", "E-7")


def test_users_may_come_before_their_companies_and_employees_before_both() -> None:
    employees_apply(received(hired()))
    users_apply(received(user_created(COMPANY)))
    companies_apply(received(CompanyCreated(company_id=COMPANY, name="Nour")))
    assert EmployeeRef.objects.get().company_id == CompanyRef.objects.get().company_id == COMPANY


def test_events_about_what_was_never_heard_of_leave_nothing_behind() -> None:
    companies_apply(received(CompanyDeactivated(company_id=COMPANY)))
    departments_apply(received(DepartmentDeleted(department_id=DEPARTMENT, company_id=COMPANY)))
    users_apply(
        received(RoleAssigned(user_id=USER, role="worker", company_id=COMPANY), UserDeleted(user_id=USER))
    )
    employees_apply(
        received(
            EmployeeArchived(employee_id=EMPLOYEE, company_id=COMPANY),
            EmployeeRemoved(employee_id=EMPLOYEE, company_id=COMPANY, user_id=USER),
        )
    )
    companies_apply(received(CompanyRemoved(company_id=COMPANY)))
    for model in (CompanyRef, DepartmentRef, UserRef, EmployeeRef):
        assert not model.objects.exists()


USER_EVENTS = st.lists(
    st.sampled_from(
        [
            user_created(COMPANY),
            user_created(is_active=False),
            user_updated(),
            UserDeactivated(user_id=USER, at=datetime(2026, 1, 1, tzinfo=UTC)),
            UserDeleted(user_id=USER),
            RoleAssigned(user_id=USER, role="worker", company_id=COMPANY),
            RoleAssigned(user_id=USER, role="worker", company_id=OTHER),
            RoleRevoked(user_id=USER, role="worker", company_id=COMPANY),
        ]
    ),
    max_size=10,
)


def rows(model: type[Reference]) -> list[dict[str, Any]]:
    names = [field.name for field in model._meta.concrete_fields if field.name != "updated_at"]
    return list(model._default_manager.order_by("pk").values(*names))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(later=USER_EVENTS, cuts=st.lists(st.integers(0, 11), max_size=3))
def test_a_feed_read_again_from_its_first_event_in_any_batches_ends_in_the_same_rows(
    later: list[Event], cuts: list[int]
) -> None:
    UserRef.objects.all().delete()
    feed = received(user_created(COMPANY), *later)
    users_apply(feed)
    once = rows(UserRef)
    edges = [0, *sorted(min(cut, len(feed)) for cut in cuts), len(feed)]
    for start, end in pairwise(edges):
        users_apply(feed[start:end])
    assert rows(UserRef) == once


def test_a_thousand_events_take_two_statements() -> None:
    events = [CompanyCreated(company_id=uuid4(), name=f"Company {number}") for number in range(1000)]
    with CaptureQueriesContext(connection) as captured:
        companies_apply(received(*events))
    assert CompanyRef.objects.count() == 1000
    assert len(captured) == 2


def test_only_the_kinds_that_a_service_asks_for_are_followed(settings: Any) -> None:
    for kind, (_handler, classes) in FOLLOWED.items():
        handled = any(_handler in registry.batches.get(wire_name(cls), []) for cls in classes)
        assert handled is (kind in settings.SERVICE.reference)
