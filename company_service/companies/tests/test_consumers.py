"""Employee events that are counted, and those that are not."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from common.contracts.base import Event
from common.contracts.employee import EmployeeHired, EmployeeTerminated, EmployeeTransferred
from common.messaging.consumers import Received
from common.messaging.envelopes import EventMeta
from company_service.companies import selectors
from company_service.companies.consumers import count_people
from company_service.companies.models import Company, HeadcountEntry
from company_service.companies.tests.factories import DepartmentFactory


def received(event: Event, company_id: UUID) -> Received:
    meta = EventMeta(
        id=uuid4(),
        type="employee.test",
        producer="employee",
        position=1,
        aggregate_id=uuid4(),
        version=1,
        company_id=company_id,
        occurred_at=datetime.now(UTC),
        actor_id=None,
        saga_id=None,
    )
    return event, meta


def hired(
    company: Company, *, source: str = "import", status: str = "active", department: UUID | None = None
) -> Received:
    event = EmployeeHired(
        employee_id=uuid4(),
        employee_number="E-1",
        company_id=company.id,
        user_id=uuid4(),
        first_name="Noura",
        last_name="Ali",
        department_id=department,
        status=status,
        source=source,
    )
    return received(event, company.id)


def terminated(company: Company, department: UUID | None = None) -> Received:
    event = EmployeeTerminated(
        employee_id=uuid4(),
        company_id=company.id,
        user_id=uuid4(),
        last_day=date(2026, 11, 30),
        department_id=department,
    )
    return received(event, company.id)


def test_imported_people_and_departures_are_counted(company: Company) -> None:
    count_people([hired(company), hired(company), hired(company, status="on_leave"), terminated(company)])
    assert selectors.headcount_get(company.id) == 2


def test_a_hire_by_the_saga_is_not_counted_again(company: Company) -> None:
    count_people([hired(company, source="saga")])
    assert selectors.headcount_get(company.id) == 0


@pytest.mark.parametrize("status", ["terminated", "archived"])
def test_an_imported_record_of_somebody_who_left_is_not_counted(company: Company, status: str) -> None:
    count_people([hired(company, status=status)])
    assert selectors.headcount_get(company.id) == 0


def test_an_event_that_comes_twice_counts_once(company: Company) -> None:
    batch = [hired(company), terminated(company), hired(company)]
    count_people(batch)
    count_people(batch)
    count_people(batch[:1])
    assert selectors.headcount_get(company.id) == 1
    assert HeadcountEntry.objects.count() == 3


def test_no_seat_limit_holds_against_what_has_happened(company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(seat_limit=1, is_active=False)
    count_people([hired(company), hired(company)])
    assert selectors.headcount_get(company.id) == 2


def test_a_transfer_moves_a_person_between_departments_of_one_company(company: Company) -> None:
    sales, shop = DepartmentFactory(company=company), DepartmentFactory(company=company)
    transfer = EmployeeTransferred(
        employee_id=uuid4(), company_id=company.id, from_department_id=sales.id, to_department_id=shop.id
    )
    count_people([hired(company, department=sales.id), received(transfer, company.id)])
    counts = [selectors.department_get(one.id).employee_count for one in (sales, shop)]
    assert counts == [0, 1]
    assert selectors.headcount_get(company.id) == 1
    count_people([terminated(company, department=shop.id)])
    assert selectors.department_get(shop.id).employee_count == 0
