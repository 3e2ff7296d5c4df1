"""Lines between employees, above all those to managers."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from common.errors import NotFoundError, ValidationError
from common.security.tenancy import company_scope
from employee_service.employees.choices import RelationshipKind
from employee_service.employees.exceptions import (
    EmploymentEndedError,
    ManagerCycleError,
    RelationshipExistsError,
    UnknownManagerError,
    UnknownRelatedEmployeeError,
)
from employee_service.employees.models import Employee, Relationship
from employee_service.employees.services.employment import employee_update
from employee_service.employees.services.relationships import relationship_add, relationship_end
from employee_service.employees.tests.events import published
from employee_service.employees.tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_scope(db: None, company_id: UUID) -> Iterator[None]:
    with company_scope(company_id):
        yield


@pytest.fixture
def person(company_id: UUID) -> Employee:
    return EmployeeFactory.create(company_id=company_id)


@pytest.fixture
def boss(company_id: UUID) -> Employee:
    return EmployeeFactory.create(company_id=company_id)


def test_a_new_manager_ends_the_line_to_the_old_one(
    company_id: UUID, person: Employee, boss: Employee
) -> None:
    second = EmployeeFactory.create(company_id=company_id)
    employee_update(employee_id=person.id, changes={"manager_id": boss.id})
    employee_update(employee_id=person.id, changes={"manager_id": second.id})
    today = timezone.localdate()
    lines = Relationship.objects.filter(employee=person, kind=RelationshipKind.MANAGER)
    assert set(lines.values_list("related_employee_id", "start_date", "end_date")) == {
        (boss.id, today, today),
        (second.id, today, None),
    }
    person.refresh_from_db()
    assert person.manager_id == second.id


def test_taking_the_manager_away_ends_the_line(person: Employee, boss: Employee) -> None:
    employee_update(employee_id=person.id, changes={"manager_id": boss.id})
    employee_update(employee_id=person.id, changes={"manager_id": None})
    assert not Relationship.objects.filter(employee=person, end_date=None).exists()


def test_nobody_is_managed_by_themselves_or_by_their_reports(
    company_id: UUID, person: Employee, boss: Employee
) -> None:
    middle = EmployeeFactory.create(company_id=company_id)
    employee_update(employee_id=middle.id, changes={"manager_id": boss.id})
    employee_update(employee_id=person.id, changes={"manager_id": middle.id})
    for below in (boss, middle, person):
        with pytest.raises(ManagerCycleError):
            employee_update(employee_id=boss.id, changes={"manager_id": below.id})


def test_a_manager_works_in_the_company(company_id: UUID, person: Employee) -> None:
    elsewhere = uuid4()
    with company_scope(elsewhere):
        foreign = EmployeeFactory.create(company_id=elsewhere)
    former = EmployeeFactory.create(company_id=company_id, left=True)
    for manager_id in (foreign.id, former.id, uuid4()):
        with pytest.raises(UnknownManagerError):
            employee_update(employee_id=person.id, changes={"manager_id": manager_id})


def test_a_line_to_a_manager_is_the_manager(person: Employee, boss: Employee) -> None:
    line = relationship_add(employee_id=person.id, related_employee_id=boss.id, kind=RelationshipKind.MANAGER)
    person.refresh_from_db()
    assert (person.manager_id, line.end_date) == (boss.id, None)
    relationship_end(employee_id=person.id, relationship_id=line.id)
    person.refresh_from_db()
    assert person.manager_id is None
    assert [payload["changed"] for _name, payload in published()] == [["manager_id"], ["manager_id"]]


def test_a_manager_is_set_from_today_on(person: Employee, boss: Employee) -> None:
    with pytest.raises(ValidationError):
        relationship_add(
            employee_id=person.id,
            related_employee_id=boss.id,
            kind=RelationshipKind.MANAGER,
            start_date=date(2020, 1, 1),
        )


def test_other_lines_are_open_once_and_end(person: Employee, boss: Employee) -> None:
    line = relationship_add(employee_id=person.id, related_employee_id=boss.id, kind=RelationshipKind.MENTOR)
    with pytest.raises(RelationshipExistsError):
        relationship_add(employee_id=person.id, related_employee_id=boss.id, kind=RelationshipKind.MENTOR)
    relationship_end(employee_id=person.id, relationship_id=line.id)
    relationship_add(employee_id=person.id, related_employee_id=boss.id, kind=RelationshipKind.MENTOR)
    assert [payload["changed"] for _name, payload in published()] == [["relationships"]] * 3


def test_a_line_stays_in_the_company_and_joins_two(person: Employee, boss: Employee) -> None:
    elsewhere = uuid4()
    with company_scope(elsewhere):
        foreign = EmployeeFactory.create(company_id=elsewhere)
    with pytest.raises(UnknownRelatedEmployeeError):
        relationship_add(employee_id=person.id, related_employee_id=foreign.id, kind=RelationshipKind.DEPUTY)
    with pytest.raises(ValidationError, match="themselves"):
        relationship_add(employee_id=person.id, related_employee_id=person.id, kind=RelationshipKind.DEPUTY)
    with pytest.raises(ValidationError, match="before it starts"):
        relationship_add(
            employee_id=person.id,
            related_employee_id=boss.id,
            kind=RelationshipKind.DEPUTY,
            start_date=date(2026, 2, 1),
            end_date=date(2026, 1, 1),
        )


def test_somebody_who_left_gets_no_new_lines(company_id: UUID, boss: Employee) -> None:
    former = EmployeeFactory.create(company_id=company_id, left=True)
    with pytest.raises(EmploymentEndedError):
        relationship_add(employee_id=former.id, related_employee_id=boss.id, kind=RelationshipKind.MENTOR)


def test_only_an_open_line_of_the_employee_is_ended(person: Employee, boss: Employee) -> None:
    line = relationship_add(employee_id=person.id, related_employee_id=boss.id, kind=RelationshipKind.MENTOR)
    with pytest.raises(NotFoundError):
        relationship_end(employee_id=boss.id, relationship_id=line.id)
