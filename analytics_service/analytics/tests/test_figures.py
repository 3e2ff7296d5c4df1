"""Joiners, leavers, turnover, leave and deductions of a period."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.analytics.figures import Period, average, level, movement
from analytics_service.analytics.tests.streams import (
    approved,
    deducted,
    hired,
    tell,
    terminated,
    transferred,
)

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]
JAN, FEB, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
YEAR = {"from": "2026-01-01", "to": "2026-12-31"}
METRICS = ["joiners", "leavers", "turnover", "leave", "deductions"]


@pytest.fixture
def manager(api: Client, person_token: Callable[..., str], company_id: UUID) -> Any:
    return api(person_token(role="company_manager", company_id=company_id))


def figure(client: Any, name: str, **query: Any) -> Any:
    answer = client.get(f"/metrics/{name}", {**YEAR, **query})
    assert answer.status_code == 200, answer.content
    assert answer.json()["formula"]
    return answer.json()


def by_key(answer: Any, column: str) -> dict[str | None, Any]:
    return {group.get("key"): group[column] for group in answer["groups"]}


def test_joiners_and_leavers_are_counted_in_their_months(manager: Any, company_id: UUID) -> None:
    people = [hired(company_id, hire_date=day) for day in (JAN, JAN, FEB)]
    tell(MARCH, *people, terminated(people[0], date(2026, 2, 28)))
    joiners = figure(manager, "joiners", group_by="month", to="2026-03-15")
    assert joiners["joiners"] == 3
    assert by_key(joiners, "joiners") == {"2026-01": 2, "2026-02": 1, "2026-03": 0}
    leavers = figure(manager, "leavers", group_by="month", to="2026-03-15")
    assert by_key(leavers, "leavers") == {"2026-01": 0, "2026-02": 1, "2026-03": 0}


def test_both_days_of_a_period_belong_to_it(manager: Any, company_id: UUID) -> None:
    tell(MARCH, hired(company_id, hire_date=FEB))
    for first, last, count in (("02-01", "02-01", 1), ("01-01", "01-31", 0), ("02-02", "02-28", 0)):
        query = {"from": f"2026-{first}", "to": f"2026-{last}"}
        assert figure(manager, "joiners", **query)["joiners"] == count


def test_a_leaver_counts_for_the_department_they_left_from(manager: Any, company_id: UUID) -> None:
    sales, stock = uuid4(), uuid4()
    sara = hired(company_id, hire_date=JAN, department_id=sales, nationality="Kuwaiti")
    tell(JAN, sara)
    tell(FEB, transferred(sara, stock))
    tell(MARCH, terminated(sara, MARCH))
    assert by_key(figure(manager, "joiners", group_by="department"), "joiners") == {str(sales): 1}
    assert by_key(figure(manager, "leavers", group_by="department"), "leavers") == {str(stock): 1}
    assert by_key(figure(manager, "leavers", group_by="nationality"), "leavers") == {"Kuwaiti": 1}


def test_turnover_is_leavers_over_the_average_headcount(manager: Any, company_id: UUID) -> None:
    people = [hired(company_id, hire_date=date(2025, 12, 1)) for _ in range(4)]
    tell(JAN, *people)
    tell(MARCH, terminated(people[0], date(2026, 1, 21)))
    answer = figure(manager, "turnover", to="2026-01-30")
    # 20 days of four people and 10 of three
    assert (answer["opening"], answer["closing"], answer["leavers"]) == (4, 3, 1)
    assert answer["average_headcount"] == pytest.approx(110 / 30, abs=0.001)
    assert answer["turnover_percent"] == pytest.approx(100 / (110 / 30), abs=0.01)
    assert answer["growth_percent"] == -25
    assert "ISO 30414" in answer["formula"]


def test_turnover_by_department_and_month_adds_up(manager: Any, company_id: UUID) -> None:
    sales = uuid4()
    people = [hired(company_id, hire_date=JAN, department_id=sales) for _ in range(2)]
    tell(JAN, *people)
    tell(FEB, hired(company_id, hire_date=FEB))
    tell(MARCH, terminated(people[0], MARCH))
    parts = figure(manager, "turnover", group_by="department")
    assert by_key(parts, "leavers") == {str(sales): 1, None: 0}
    assert by_key(parts, "closing") == {str(sales): 1, None: 1}
    months = figure(manager, "turnover", group_by="month", to="2026-03-31")
    assert by_key(months, "closing") == {"2026-01": 2, "2026-02": 3, "2026-03": 2}
    assert by_key(months, "opening") == {"2026-01": 0, "2026-02": 2, "2026-03": 3}


def test_without_anybody_there_is_no_turnover(manager: Any) -> None:
    answer = figure(manager, "turnover")
    assert "turnover_percent" not in answer
    assert answer["average_headcount"] == 0


def test_approved_leave_counts_by_its_first_day_and_type(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=JAN)
    tell(JAN, sara, approved(sara, FEB, date(2026, 2, 3), 3), approved(sara, MARCH, MARCH, 1, "sick"))
    answer = figure(manager, "leave", group_by="type")
    assert (answer["leaves"], answer["days"]) == (2, 4.0)
    assert by_key(answer, "days") == {"annual": 3.0, "sick": 1.0}
    assert {group["name"] for group in answer["groups"]} == {"annual leave", "sick leave"}


def test_deductions_are_summed_in_dinars(manager: Any, company_id: UUID) -> None:
    sara = hired(company_id, hire_date=JAN)
    tell(
        JAN, sara, deducted(sara, FEB, "10.250"), deducted(sara, FEB, "0.125", deduction_type="loan"),
        deducted(sara, FEB, "99.000", status="cancelled"),
    )  # fmt: skip
    answer = figure(manager, "deductions", group_by="month", to="2026-02-28")
    assert (answer["deductions"], answer["amount"]) == (2, 10.375)
    assert by_key(answer, "amount") == {"2026-01": 0.0, "2026-02": 10.375}


@pytest.mark.parametrize("name", METRICS)
def test_without_days_a_figure_is_of_this_month(manager: Any, name: str) -> None:
    answer = manager.get(f"/metrics/{name}").json()
    assert answer["from"].endswith("-01")
    assert answer["from"][:7] == answer["to"][:7]


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(
    "query",
    ["from=2026-02-01&to=2026-01-01", "from=1899-12-31&to=1900-01-01", "from=2000-01-01&to=2026-01-01",
     "from=0001-01-01", "to=9999-12-31&from=9999-12-32", "group_by=role", "year=2026", "from=x"],
)  # fmt: skip
def test_what_is_no_period_is_refused(manager: Any, name: str, query: str) -> None:
    answer = manager.get(f"/metrics/{name}?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


@pytest.mark.parametrize("name", METRICS)
def test_the_last_days_there_are_can_be_asked_for(manager: Any, name: str) -> None:
    for group_by in ("none", "month"):
        query = {"from": "9999-11-01", "to": "9999-12-31", "group_by": group_by}
        assert manager.get(f"/metrics/{name}", query).status_code == 200


@pytest.mark.parametrize("name", METRICS)
def test_only_who_may_view_reports_sees_figures(
    api: Client, person_token: Callable[..., str], company_id: UUID, name: str
) -> None:
    assert api().get(f"/metrics/{name}").status_code == 401
    worker = api(person_token(role="worker", company_id=company_id))
    assert worker.get(f"/metrics/{name}").status_code == 403


days = st.dates(date(2026, 1, 25), date(2026, 2, 10))


@given(changes=st.dictionaries(days, st.integers(-3, 3)), first=days, last=days)
def test_averages_and_levels_are_those_of_looking_at_every_day(
    changes: dict[date, int], first: date, last: date
) -> None:
    first, last = sorted((first, last))
    period = Period(first, last)
    every_day = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    levels = [sum(change for day, change in changes.items() if day <= each) for each in every_day]
    assert float(average(changes, period)) == pytest.approx(sum(levels) / len(levels), abs=0.001)  # type: ignore[arg-type]
    assert level(changes, last) == levels[-1]  # type: ignore[arg-type]
    assert [day for month in period.months() for day in (month.first, month.last)][
        :: len(list(period.months())) * 2 - 1
    ] == [first, last]
    moved = movement(changes, {}, {}, period)  # type: ignore[arg-type]
    assert moved.opening == levels[0] - changes.get(first, 0)
