"""How many people are employed, on any day, by what they are divided."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from analytics_service.analytics.models import CachedMetric, EmploymentFact
from analytics_service.analytics.tests.streams import hired, removed, tell, terminated, transferred, updated
from common.days import today
from common.reference.models import CompanyRef, DepartmentRef
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
JAN, FEB, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


@pytest.fixture
def chief(api: Client, person_token: Callable[..., str]) -> Any:
    return api(person_token(role="super_admin"))


def figure(client: Any, **query: Any) -> Any:
    answer = client.get("/metrics/headcount", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def headcount(client: Any, day: date) -> int:
    return int(figure(client, as_of=day.isoformat())["headcount"])


def groups(client: Any, **query: Any) -> dict[str | None, int]:
    answer = figure(client, **query)
    found = {group.get("key"): group["headcount"] for group in answer["groups"]}
    assert sum(found.values()) == answer["headcount"]
    return found


def test_somebody_counts_from_the_first_day_to_the_day_before_the_last(
    manager: Any, company_id: UUID
) -> None:
    sara = hired(company_id, hire_date=FEB)
    tell(FEB, sara)
    tell(APRIL, terminated(sara, MARCH))
    counted = [
        headcount(manager, day) for day in (JAN, date(2026, 1, 31), FEB, date(2026, 2, 28), MARCH, APRIL)
    ]
    assert counted == [0, 0, 1, 1, 0, 0]


def test_without_a_day_the_headcount_is_of_today_and_says_how_it_is_worked_out(
    manager: Any, company_id: UUID
) -> None:
    tell(JAN, hired(company_id, hire_date=JAN))
    answer = figure(manager)
    assert (answer["as_of"], answer["headcount"], answer["groups"]) == (today().isoformat(), 1, [])
    assert "joined" in answer["formula"]


def test_a_hire_for_a_later_day_counts_at_once_and_an_end_for_a_later_day_too(
    manager: Any, company_id: UUID
) -> None:
    # As in the employee service, where both are in force with the event.
    sara = hired(company_id, hire_date=MARCH)
    tell(JAN, sara)
    assert headcount(manager, JAN) == 1
    tell(FEB, terminated(sara, APRIL))
    assert (headcount(manager, date(2026, 1, 31)), headcount(manager, FEB)) == (1, 0)


def test_a_corrected_hire_date_changes_its_own_days(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=FEB)
    tell(MARCH, sara)
    assert headcount(manager, JAN) == 0
    tell(APRIL, updated(sara, "hire_date", hire_date=JAN))
    assert (headcount(manager, JAN), headcount(manager, APRIL)) == (1, 1)


def test_an_update_without_a_hire_date_leaves_the_one_that_was_told(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=FEB)
    tell(MARCH, sara, updated(sara, "position"))
    assert (headcount(manager, JAN), headcount(manager, FEB)) == (0, 1)


def test_a_transfer_moves_a_person_from_its_day_on(manager: Any, company_id: UUID) -> None:
    sales, stock = str(uuid4()), str(uuid4())
    sara = hired(company_id, hire_date=JAN, department_id=UUID(sales))
    tell(JAN, sara)
    tell(MARCH, transferred(sara, UUID(stock)))
    by = {"group_by": "department"}
    assert groups(manager, as_of="2026-02-28", **by) == {sales: 1}
    assert groups(manager, as_of="2026-03-01", **by) == {stock: 1}


def test_a_department_is_named_in_the_readers_language(manager: Any, company_id: UUID) -> None:
    with all_companies("test"):
        sales = DepartmentRef.objects.create(
            department_id=uuid4(), company_id=company_id, name="Sales", name_ar="المبيعات"
        )
    tell(JAN, hired(company_id, hire_date=JAN, department_id=sales.department_id))
    tell(JAN, hired(company_id, hire_date=JAN))
    named = [group["name"] for group in figure(manager, group_by="department")["groups"]]
    assert sorted(named) == ["Sales", "not stated"]
    manager.credentials(**manager._credentials, HTTP_ACCEPT_LANGUAGE="ar")
    assert "المبيعات" in {group["name"] for group in figure(manager, group_by="department")["groups"]}


def test_a_nationality_that_is_filled_in_counts_for_the_whole_employment(
    manager: Any, company_id: UUID
) -> None:
    sara = hired(company_id, hire_date=JAN)
    tell(JAN, sara)
    assert groups(manager, group_by="nationality") == {None: 1}
    tell(MARCH, updated(sara, "nationality", nationality="Kuwaiti"))
    assert groups(manager, group_by="nationality", as_of="2026-01-15") == {"Kuwaiti": 1}


def test_an_imported_person_without_a_hire_date_counts_from_the_import_but_does_not_join(
    manager: Any, company_id: UUID
) -> None:
    tell(FEB, hired(company_id, hire_date=None, source="import"))
    assert (headcount(manager, JAN), headcount(manager, FEB)) == (0, 1)
    joined = manager.get("/metrics/joiners", {"from": "2026-01-01", "to": "2026-12-31"}).json()
    assert joined["joiners"] == 0


@pytest.mark.parametrize("status", ["terminated", "archived"])
def test_an_imported_person_who_had_left_is_never_counted(
    manager: Any, company_id: UUID, status: str
) -> None:
    gone = hired(company_id, hire_date=JAN, source="import", status=status)
    tell(FEB, gone, updated(gone, "position"), transferred(gone, uuid4()), terminated(gone, FEB))
    assert (headcount(manager, JAN), headcount(manager, APRIL)) == (0, 0)


@pytest.mark.parametrize("status", ["inactive", "on_leave"])
def test_whoever_is_employed_counts_whatever_the_status(manager: Any, company_id: UUID, status: str) -> None:
    sara = hired(company_id, hire_date=JAN, status=status)
    tell(JAN, sara, updated(sara, "employment_status", status=status))
    assert headcount(manager, JAN) == 1


def test_somebody_who_has_left_is_moved_no_more(manager: Any, company_id: UUID) -> None:
    sales = str(uuid4())
    sara = hired(company_id, hire_date=JAN, department_id=UUID(sales))
    tell(JAN, sara)
    tell(MARCH, terminated(sara, MARCH), transferred(sara, None))
    assert groups(manager, as_of="2026-02-28", group_by="department") == {sales: 1}
    assert groups(manager, as_of="2026-03-01", group_by="department") == {}


def test_what_is_told_of_somebody_never_heard_of_counts_nobody(manager: Any, company_id: UUID) -> None:
    unknown = hired(company_id, hire_date=JAN)
    tell(JAN, updated(unknown, "position"), terminated(unknown, JAN))
    assert headcount(manager, APRIL) == 0


def test_a_company_sees_itself_and_an_administrator_all_or_one(
    manager: Any, chief: Any, company_id: UUID
) -> None:
    other = uuid4()
    with all_companies("test"):
        CompanyRef.objects.create(company_id=other, name="Pearl")
    tell(JAN, *[hired(company_id, hire_date=JAN) for _ in range(2)], hired(other, hire_date=JAN))
    assert figure(manager)["headcount"] == 2
    assert groups(manager, group_by="company") == {str(company_id): 2}
    assert groups(chief, group_by="company") == {str(company_id): 2, str(other): 1}
    assert figure(chief, company_id=str(other))["headcount"] == 1
    assert [g["name"] for g in figure(chief, company_id=str(other), group_by="company")["groups"]] == [
        "Pearl"
    ]
    assert (
        figure(manager, company_id=str(other))["headcount"]
        == figure(manager, company_id=str(uuid4()))["headcount"]
        == 0
    )


def test_an_event_that_comes_again_counts_once(manager: Any, company_id: UUID) -> None:
    sara, omar = (hired(company_id, hire_date=JAN) for _ in range(2))
    tell(JAN, sara, omar)
    tell(JAN, sara)
    tell(FEB, terminated(omar, FEB), terminated(omar, FEB))
    assert (headcount(manager, JAN), headcount(manager, FEB)) == (2, 1)


def test_whom_an_import_takes_back_was_never_counted(manager: Any, company_id: UUID) -> None:
    sara, omar = (hired(company_id, hire_date=JAN, source="import") for _ in range(2))
    tell(FEB, sara, omar, transferred(omar, uuid4()))
    tell(MARCH, terminated(omar, MARCH))
    tell(APRIL, removed(omar))
    assert [headcount(manager, day) for day in (JAN, FEB, MARCH, APRIL)] == [1, 1, 1, 1]
    assert manager.get("/metrics/turnover", {"from": "2026-01-01", "to": "2026-12-31"}).json()["leavers"] == 0
    tell(APRIL, removed(sara))
    with all_companies("test"):
        assert not CachedMetric.objects.exists()
        assert not EmploymentFact.objects.exists()


def test_a_worker_sees_no_figures(api: Client, person_token: Callable[..., str], company_id: UUID) -> None:
    worker = api(person_token(role="worker", company_id=company_id))
    assert worker.get("/metrics/headcount").status_code == 403


@pytest.mark.parametrize("role", ["employee", "supervisor"])
def test_who_may_view_reports_sees_figures(
    api: Client, person_token: Callable[..., str], company_id: UUID, role: str
) -> None:
    assert api(person_token(role=role, company_id=company_id)).get("/metrics/headcount").status_code == 200


@pytest.mark.parametrize(
    "query", ["day=today", "as_of=yesterday", "as_of=2026-02-30", "group_by=month", "company_id=x"]
)
def test_what_the_address_does_not_take_is_refused(chief: Any, query: str) -> None:
    assert chief.get(f"/metrics/headcount?{query}").status_code == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_can_be_asked_for(chief: Any, day: str) -> None:
    assert figure(chief, as_of=day)["headcount"] == 0
