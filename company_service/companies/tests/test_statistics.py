"""The size of a company, its growth and its turnover, by what the company service has heard."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

import company_service.companies.consumers  # noqa: F401
from common.contracts.base import Event, to_wire, wire_name
from common.contracts.employee import EmployeeHired, EmployeeTerminated, EmployeeUpdated
from common.days import today
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.security.tenancy import all_companies
from company_service.companies import services
from company_service.companies.models import Company, HeadcountEntry
from company_service.companies.selectors.statistics import year_before
from company_service.companies.tests.factories import CompanyFactory, DepartmentFactory, EntryFactory
from company_service.conftest import Client

YEAR_AGO = year_before(today())
LONG_AGO = YEAR_AGO - timedelta(days=400)
positions = count(1)


@pytest.fixture
def pearl(db: None) -> Company:
    with all_companies("test"):
        return CompanyFactory(name="Pearl")


def tell(event: Event, company_id: UUID) -> None:
    """Let the inbox apply an event of the employee service."""
    envelope = Envelope(
        id=uuid4(),
        type=wire_name(type(event)),
        position=next(positions),
        aggregate_id=uuid4(),
        version=1,
        company_id=company_id,
        occurred_at=datetime.now(UTC),
        payload=to_wire(event),
    )
    with all_companies("as the inbox runs"):
        dispatch(registry, "employee", [envelope])


def hire(company: Company, hire_date: date | None = None, status: str = "active") -> UUID:
    event = EmployeeHired(
        employee_id=uuid4(),
        employee_number="E-1",
        company_id=company.id,
        user_id=uuid4(),
        first_name="Noura",
        last_name="Ali",
        hire_date=hire_date,
        status=status,
        source="import",
    )
    tell(event, company.id)
    return event.employee_id


def let_go(company: Company, employee_id: UUID, last_day: date) -> None:
    event = EmployeeTerminated(
        employee_id=employee_id, company_id=company.id, user_id=uuid4(), last_day=last_day
    )
    tell(event, company.id)


def statistics(as_role: Client, company: Company) -> dict[str, Any]:
    answer = as_role("company_manager", company.id).get(f"/companies/{company.id}/statistics")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["statistics"]
    assert found.pop("company_id") == str(company.id)
    assert datetime.fromisoformat(found.pop("last_updated")) > datetime.now(UTC) - timedelta(minutes=1)
    return found


def test_a_company_without_people_has_no_rates(as_role: Client, pearl: Company) -> None:
    assert statistics(as_role, pearl) == {"total_employees": 0, "active_employees": 0, "departments_count": 0}


def test_growth_and_turnover_are_of_the_last_twelve_months(as_role: Client, pearl: Company) -> None:
    old = [hire(pearl, LONG_AGO) for _ in range(9)]
    old.append(hire(pearl, YEAR_AGO))
    for _ in range(5):
        hire(pearl, YEAR_AGO + timedelta(days=1))
    for employee_id in old[:3]:
        let_go(pearl, employee_id, today())
    with all_companies("test"):
        DepartmentFactory.create_batch(2, company=pearl)
        services.headcount_fold()
        EntryFactory.create_batch(8)
    assert statistics(as_role, pearl) == {
        "total_employees": 12,
        "active_employees": 12,
        "departments_count": 2,
        "employee_growth_rate": 20.0,  # 10 -> 12
        "turnover_rate": 27.27,  # 3 of (10 + 12) / 2
    }


def test_who_left_before_counts_neither_as_a_leaver_nor_as_one_who_was_there(
    as_role: Client, pearl: Company
) -> None:
    gone, _stays = hire(pearl, LONG_AGO), hire(pearl, LONG_AGO)
    let_go(pearl, gone, YEAR_AGO - timedelta(days=1))
    found = statistics(as_role, pearl)
    assert (found["total_employees"], found["employee_growth_rate"], found["turnover_rate"]) == (1, 0.0, 0.0)


def test_a_company_that_everybody_left_has_shrunk_by_all(as_role: Client, pearl: Company) -> None:
    for employee_id in [hire(pearl, LONG_AGO) for _ in range(2)]:
        let_go(pearl, employee_id, today() + timedelta(days=30))
    found = statistics(as_role, pearl)
    assert (found["employee_growth_rate"], found["turnover_rate"]) == (-100.0, 200.0)


def test_a_hire_that_was_undone_is_no_leaver(as_role: Client, pearl: Company) -> None:
    with all_companies("test"):
        EntryFactory(company=pearl, reason="hire")
        EntryFactory(company=pearl, reason="hire undone", delta=-1)
        EntryFactory(company=pearl, reason="hire")
    found = statistics(as_role, pearl)
    assert (found["total_employees"], found["turnover_rate"]) == (1, 0.0)


def test_the_inactive_are_employed_but_not_active(as_role: Client, pearl: Company) -> None:
    *_active, employee_id = [
        hire(pearl, LONG_AGO, status) for status in ("active", "on_leave", "probation", "inactive")
    ]
    assert statistics(as_role, pearl)["active_employees"] == 3
    back = EmployeeUpdated(
        employee_id=employee_id, company_id=pearl.id, user_id=uuid4(), first_name="Noura", last_name="Ali"
    )
    tell(back, pearl.id)
    found = statistics(as_role, pearl)
    assert (found["total_employees"], found["active_employees"]) == (4, 4)


def test_a_day_to_come_counts_from_today(pearl: Company) -> None:
    let_go(pearl, hire(pearl, today() + timedelta(days=9)), today() + timedelta(days=9))
    with all_companies("test"):
        assert set(HeadcountEntry.objects.values_list("happened_on", flat=True)) == {today()}


def test_a_year_before_the_29th_of_february_is_the_28th() -> None:
    assert year_before(date(2028, 2, 29)) == date(2027, 2, 28)
    assert year_before(date(2029, 3, 1)) == date(2028, 3, 1)


def test_statistics_cost_the_same_however_many_people_there_are(
    as_role: Client, pearl: Company, django_assert_max_num_queries: Any
) -> None:
    with all_companies("test"):
        EntryFactory.create_batch(12, company=pearl)
    with django_assert_max_num_queries(6):
        assert statistics(as_role, pearl)["total_employees"] == 12
