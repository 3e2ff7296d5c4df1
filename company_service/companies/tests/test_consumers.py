"""Employee events that are counted, and those that are not."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from common.contracts.base import Event
from common.contracts.employee import EmployeeHired, EmployeeRemoved, EmployeeTerminated, EmployeeTransferred
from common.messaging.consumers import Received
from common.messaging.envelopes import EventMeta
from common.messaging.models import EventRecord
from company_service.companies import selectors, services
from company_service.companies.consumers import count_people
from company_service.companies.models import Company, HeadcountEntry, HeadcountTotal
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


def removed(hire: Received) -> Received:
    event = hire[0]
    assert isinstance(event, EmployeeHired)
    taken_back = EmployeeRemoved(
        employee_id=event.employee_id, company_id=event.company_id, user_id=event.user_id
    )
    return received(taken_back, event.company_id)


def ledger() -> set[tuple[UUID, str, int]]:
    return set(HeadcountEntry.objects.values_list("company_id", "source_key", "delta"))


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


@pytest.mark.parametrize("folded", [False, True])
def test_whom_an_import_takes_back_was_never_counted(company: Company, folded: bool) -> None:
    noura, omar = hired(company), hired(company)
    count_people([noura])
    services.headcount_fold()
    before = ledger()
    count_people([omar])
    if folded:
        services.headcount_fold()
    count_people([removed(omar)])
    services.headcount_fold()
    assert (ledger(), selectors.headcount_get(company.id)) == (before, 1)
    assert HeadcountTotal.objects.get().total == 1
    assert services.headcount_recount(apply=False) == []


def test_taking_everybody_back_leaves_nothing_behind_and_says_so(company: Company) -> None:
    people = [hired(company) for _ in range(3)]
    count_people(people)
    services.headcount_fold()
    count_people([removed(person) for person in people])
    assert (ledger(), HeadcountTotal.objects.count()) == (set(), 0)
    told = (
        EventRecord.objects.filter(type="headcount.changed").order_by("id").values_list("payload", flat=True)
    )
    assert [(event["headcount"], event["delta"]) for event in told] == [(3, 3), (0, -3)]


def test_only_what_is_told_before_a_removal_is_taken_back(company: Company) -> None:
    first = hired(company)
    again = received(first[0], company.id)
    batch = [first, removed(first), again]
    count_people(batch)
    assert selectors.headcount_get(company.id) == 1
    assert ledger() == {(company.id, f"event:{again[1].id}", 1)}
    count_people(batch)
    assert ledger() == {(company.id, f"event:{again[1].id}", 1)}


def test_people_of_a_company_that_is_not_known_yet_wait_for_it(company: Company) -> None:
    later = Company(id=uuid4(), name="Later", name_folded="later")
    count_people([hired(later), hired(later)])
    services.headcount_fold()
    assert HeadcountTotal.objects.count() == 0
    assert services.headcount_recount(apply=True) == []
    later.save(force_insert=True)
    services.headcount_fold()
    assert selectors.headcount_get(later.id) == 2
    assert HeadcountTotal.objects.get().total == 2
