"""Figures that grew event by event are those of a rebuild, of a recount, and of somebody who counts by hand."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.analytics.choices import Metric
from analytics_service.analytics.models import CachedMetric, EmployeeItem, EmploymentFact
from analytics_service.analytics.services.metrics import metrics_forget
from analytics_service.analytics.services.recount import metrics_recount
from analytics_service.analytics.tests.factories import StoredEventFactory
from analytics_service.analytics.tests.streams import (
    approved,
    deducted,
    enveloped,
    hired,
    receive,
    tell,
    terminated,
    transferred,
    updated,
)
from common.contracts.base import Event, to_wire
from common.contracts.employee import (
    DeductionCreated,
    DeductionRemoved,
    DeductionUpdated,
    EmployeeHired,
    EmployeeRemoved,
    EmployeeTerminated,
    EmployeeTransferred,
    EmployeeUpdated,
    LeaveApproved,
    LeaveCancelled,
    LeaveRejected,
    LeaveRemoved,
    LeaveRequested,
)
from common.messaging.envelopes import Envelope
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
SPACE = UUID(int=7)
COMPANIES = [uuid5(SPACE, f"company {n}") for n in range(2)]
DEPARTMENTS: list[UUID | None] = [None, *(uuid5(SPACE, f"department {n}") for n in range(2))]
NATIONALITIES = ["", "Kuwaiti", "Indian"]
EMPLOYEES = [uuid5(SPACE, f"employee {n}") for n in range(3)]
FIRST = date(2026, 1, 28)
DAYS = [FIRST + timedelta(days=n) for n in range(5)]
ONE_DAY = timedelta(days=1)
days = st.sampled_from(DAYS)


def company_of(employee_id: UUID) -> UUID:
    return COMPANIES[EMPLOYEES.index(employee_id) % 2]


@st.composite
def hires(draw: st.DrawFn, who: UUID) -> EmployeeHired:
    imported = draw(st.sampled_from([False, False, True]))
    return hired(
        company_of(who),
        hire_date=draw(days) if draw(st.sampled_from([True, True, False])) else None,
        employee_id=who,
        user_id=who,
        department_id=draw(st.sampled_from(DEPARTMENTS)),
        nationality=draw(st.sampled_from(NATIONALITIES)),
        source="import" if imported else "saga",
        status=draw(st.sampled_from(["active", "on_leave", "terminated"])) if imported else "active",
    )


@st.composite
def told(draw: st.DrawFn, who: UUID) -> Event:
    """Something that is told of a person; not all of it makes sense."""
    base = draw(hires(who))
    number, day = draw(st.integers(0, 1)), draw(days)
    common: dict[str, Any] = {"company_id": base.company_id, "employee_id": who, "user_id": who}
    leave: dict[str, Any] = {
        **common, "leave_id": uuid5(who, f"leave {number}"), "start_date": day,
        "end_date": day + draw(st.integers(0, 3)) * ONE_DAY, "days": draw(st.integers(1, 3)),
        "leave_type": draw(st.sampled_from(["annual", "sick"])),
    }  # fmt: skip
    deduction: dict[str, Any] = {
        **common, "deduction_id": uuid5(who, f"deduction {number}"), "effective_date": day,
        "amount": draw(st.sampled_from(["0.500", "12.345"])), "deduction_type": "loan",
        "status": draw(st.sampled_from(["active", "cancelled"])),
    }  # fmt: skip
    return draw(
        st.sampled_from(
            [
                updated(base, "nationality", "department_id", nationality=base.nationality),
                updated(base, "hire_date", hire_date=base.hire_date, nationality=base.nationality),
                *[transferred(base, base.department_id)] * 3,
                *[terminated(base, day)] * 2,
                LeaveRequested(**leave),
                LeaveApproved(**leave, decided_by=who),
                LeaveRejected(**leave, decided_by=who),
                LeaveCancelled(**leave, cancelled_by=who),
                DeductionCreated(**deduction),
                DeductionUpdated(**deduction),
                EmployeeRemoved(**common),
                base,
                LeaveRemoved(leave_id=leave["leave_id"], **common),
                DeductionRemoved(deduction_id=deduction["deduction_id"], **common),
            ]
        )
    )


@st.composite
def lives(draw: st.DrawFn, who: UUID) -> list[tuple[date, Event]]:
    """What is told of one person: mostly a hire, and then something; now and then the hire again, or never."""
    hire = draw(st.lists(hires(who), min_size=1, max_size=1) | st.just([]) | st.lists(hires(who), max_size=2))
    events: list[Event] = [*hire, *draw(st.lists(told(who), max_size=8))]
    when = sorted(draw(st.lists(days, min_size=len(events), max_size=len(events))))
    return list(zip(when, events, strict=True))


@dataclass
class Log:
    """What the employee service told, when, and in which pieces it arrived."""

    told: list[tuple[date, Event]]
    pieces: list[int]
    late: UUID | None
    """Whose own events were parked and came last."""

    def envelopes(self) -> list[Envelope]:
        return [enveloped(event, day, position=place) for place, (day, event) in enumerate(self.told, 1)]

    def arriving(self) -> list[list[Envelope]]:
        envelopes = self.envelopes()
        behind = [envelope for envelope in envelopes if envelope.aggregate_id == self.late]
        rest = [envelope for envelope in envelopes if envelope.aggregate_id != self.late] + behind
        batches = []
        for piece in self.pieces:
            batches.append(rest[:piece])
            rest = rest[piece:]
        return [batch for batch in [*batches, rest] if batch]


@st.composite
def logs(draw: st.DrawFn) -> Log:
    everybody = [each for who in EMPLOYEES for each in draw(lives(who))]
    pieces = draw(st.lists(st.integers(1, 8), max_size=6))
    late = draw(st.none() | st.sampled_from(EMPLOYEES))
    return Log(sorted(everybody, key=lambda each: each[0]), pieces, late)


Figures = Counter[tuple[Any, ...]]


class ByHand:
    """Counts each day by looking at every person's events: slow, and without a thought of changes."""

    def __init__(self, told: Sequence[tuple[date, Event]]) -> None:
        self.told = told

    def of(self, who: UUID, *kinds: type[Event]) -> list[tuple[date, Any]]:
        """What was told of a person's employment, from the last hire on."""
        mine = [
            (day, event)
            for day, event in self.told
            if isinstance(event, (EmployeeHired, EmployeeRemoved, *kinds))
            and to_wire(event)["employee_id"] == str(who)
        ]
        begin = max(
            (place for place, (_, e) in enumerate(mine) if isinstance(e, EmployeeHired | EmployeeRemoved)),
            default=None,
        )
        if begin is None or isinstance(mine[begin][1], EmployeeRemoved):
            return []
        return mine[begin:]

    def nationality(self, who: UUID) -> str:
        found = ""
        for _day, event in self.of(who, EmployeeUpdated):
            if isinstance(event, EmployeeHired) or event.nationality or "nationality" in event.changed:
                found = event.nationality
        return found

    def department(self, who: UUID, day: date) -> str:
        found: UUID | None = None
        counted = self.joined_and_left(who) is not None
        for told_on, event in self.of(who, EmployeeUpdated, EmployeeTransferred, EmployeeTerminated):
            if isinstance(event, EmployeeTerminated):
                if counted:
                    break
            elif isinstance(event, EmployeeHired):
                found = event.department_id
            elif told_on <= day:
                found = (
                    event.to_department_id if isinstance(event, EmployeeTransferred) else event.department_id
                )
        return str(found or "")

    def joined_and_left(self, who: UUID) -> tuple[date, date | None, bool] | None:
        events = self.of(who, EmployeeUpdated, EmployeeTerminated)
        if not events:
            return None
        (known, hire), *_ = events
        if hire.source == "import" and hire.status == "terminated":
            return None
        dates = [e.hire_date for _, e in events if not isinstance(e, EmployeeTerminated) and e.hire_date]
        ends = [min(day, e.last_day) for day, e in events if isinstance(e, EmployeeTerminated)]
        left = ends[-1] if ends else None
        joined = min([known, *dates[-1:], *([left] if left else [])])
        return joined, left, bool(dates)

    def headcount(self, day: date) -> Figures:
        found: Figures = Counter()
        for who in EMPLOYEES:
            employed = self.joined_and_left(who)
            if employed and employed[0] <= day and (employed[1] is None or day < employed[1]):
                self.note(found, who, day, "headcount", 1)
        return found

    def within(self, first: date, last: date) -> Figures:
        found: Figures = Counter()
        for who in EMPLOYEES:
            employed = self.joined_and_left(who)
            if employed is None:
                continue
            joined, left, dated = employed
            if first <= joined <= last:
                self.note(found, who, joined, "joiners" if dated else "undated", 1)
            if left is not None and first <= left <= last:
                self.note(found, who, left, "leavers", 1)
        for item in self.items():
            if isinstance(item, LeaveApproved) and first <= item.start_date <= last:
                self.note(found, item.employee_id, item.start_date, "leaves", 1, item.leave_type)
                self.note(found, item.employee_id, item.start_date, "leave_days", item.days, item.leave_type)
            if isinstance(item, (DeductionCreated, DeductionUpdated)):
                if item.status == "cancelled" or not first <= item.effective_date <= last:
                    continue
                self.note(found, item.employee_id, item.effective_date, "deductions", 1, "loan")
                amount = Decimal(item.amount)
                self.note(found, item.employee_id, item.effective_date, "deduction_amount", amount, "loan")
        return found

    def on_leave(self, day: date) -> Counter[UUID]:
        return Counter(
            item.company_id
            for item in self.items()
            if isinstance(item, LeaveApproved) and item.start_date <= day <= item.end_date
        )

    def items(self) -> list[Any]:
        found: dict[UUID, Any] = {}
        for _day, event in self.told:
            about = getattr(event, "leave_id", None) or getattr(event, "deduction_id", None)
            if about:
                found[about] = event
        return [event for event in found.values() if not isinstance(event, LeaveRemoved | DeductionRemoved)]

    def note(self, found: Figures, who: UUID, day: date, metric: str, value: Any, kind: str = "") -> None:
        company = company_of(who)
        found[company, metric, "", ""] += value
        found[company, metric, "department", self.department(who, day)] += value
        found[company, metric, "nationality", self.nationality(who)] += value
        if kind:
            found[company, metric, "type", kind] += value


def kept(first: date, last: date, *metrics: str) -> Figures:
    """The sums of the changes from ``first`` to ``last`` that the service keeps."""
    found: Figures = Counter()
    for row in CachedMetric.objects.filter(metric__in=metrics, day__gte=first, day__lte=last):
        found[row.company_id, row.metric, row.dimension, row.member] += row.value  # type: ignore[assignment]
    return Counter({key: value for key, value in found.items() if value})


def everything() -> list[list[tuple[Any, ...]]]:
    """All that is derived, but for the times of writing."""
    metrics = ("id", "company_id", "metric", "dimension", "member", "day", "value")
    return [
        sorted(CachedMetric.objects.values_list(*metrics)),
        sorted(EmploymentFact.objects.values_list(), key=str),
        sorted(EmployeeItem.objects.values_list(), key=str),
    ]


@settings(max_examples=250)
@given(log=logs(), other_pieces=st.lists(st.integers(1, 8), max_size=6))
def test_any_history_counts_as_by_hand_however_it_arrives_and_a_rebuild_is_equal(
    log: Log, other_pieces: list[int]
) -> None:
    with all_companies("test"), transaction.atomic():
        for batch in log.arriving():
            receive(batch)
        grown = everything()
        by_hand = ByHand(log.told)
        for day in DAYS:
            assert kept(date.min, day, "headcount") == by_hand.headcount(day)
            on_leave = {key[0]: value for key, value in kept(date.min, day, "on_leave").items()}
            assert on_leave == by_hand.on_leave(day)
        sums = [metric for metric in Metric if metric not in {Metric.HEADCOUNT, Metric.ON_LEAVE}]
        for first, last in ((DAYS[0], DAYS[-1]), (DAYS[1], DAYS[3])):
            assert kept(first, last, *sums) == by_hand.within(first, last)
        assert metrics_recount().agrees
        metrics_forget(None)
        assert everything() == [[], [], []]
        for batch in Log(log.told, other_pieces, None).arriving():
            receive(batch)
        assert everything() == grown
        # Without a fresh start, too: as after a producer was restored.
        for batch in Log(log.told, log.pieces, None).arriving():
            receive(batch)
        assert everything() == grown
        transaction.set_rollback(True)


@settings(max_examples=40)
@given(log=logs(), who=st.sampled_from(EMPLOYEES))
def test_one_employee_is_rebuilt_alone(log: Log, who: UUID) -> None:
    with all_companies("test"), transaction.atomic():
        for batch in log.arriving():
            receive(batch)
        grown = everything()
        metrics_forget(who)
        receive([envelope for envelope in log.envelopes() if envelope.aggregate_id == who] or log.envelopes())
        assert everything() == grown
        transaction.set_rollback(True)


class TestCheck:
    def run(self, *arguments: str) -> list[str]:
        said = StringIO()
        call_command("check_metrics", *arguments, stdout=said)
        return said.getvalue().splitlines()

    def prepare(self, company_id: UUID) -> EmployeeHired:
        sara = hired(company_id, hire_date=FIRST, nationality="Kuwaiti")
        tell(FIRST, sara, approved(sara, FIRST, FIRST, 1), deducted(sara, FIRST, "1.500"))
        return sara

    def test_figures_that_agree_with_the_events_are_said_to(self, company_id: UUID) -> None:
        self.prepare(company_id)
        first, second = self.run()
        assert first.startswith("3 events counted, ")
        assert second == "  no difference"

    def test_a_wrong_a_missing_and_a_made_up_figure_are_named_and_put_right(self, company_id: UUID) -> None:
        self.prepare(company_id)
        with all_companies("test"):
            before = everything()
            whole = CachedMetric.objects.filter(dimension="")
            whole.filter(metric="headcount").update(value=7)
            whole.filter(metric="joiners").delete()
            CachedMetric.objects.create(company_id=company_id, metric="leavers", day=FIRST, value=2)
            EmploymentFact.objects.update(nationality="Indian")
        said = StringIO()
        with pytest.raises(CommandError, match="--apply"):
            call_command("check_metrics", stdout=said)
        assert (
            f"  {company_id} headcount {FIRST}: kept +7.000, counted +1.000" in said.getvalue().splitlines()
        )
        assert "joiners 2026-01-28: kept +0.000, counted +1.000" in said.getvalue()
        assert "leavers 2026-01-28: kept +2.000, counted +0.000" in said.getvalue()
        assert "1 employments, leaves and deductions differ" in said.getvalue()
        assert self.run("--apply")[-1] == "  put right"
        with all_companies("test"):
            assert everything() == before
        assert self.run()[-1] == "  no difference"

    def test_an_event_that_cannot_be_read_is_left_out_and_said(self, company_id: UUID) -> None:
        self.prepare(company_id)
        with all_companies("test"):
            StoredEventFactory(company_id=company_id, type="employee.hired", payload={"employee_id": "x"})
        assert "  1 events cannot be read and are left out" in self.run("--apply")
        said = StringIO()
        with pytest.raises(CommandError):
            call_command("check_metrics", stdout=said)
        assert "kept" not in said.getvalue()


def test_a_batch_changes_the_figures_by_one_statement_however_many_events_it_holds(company_id: UUID) -> None:
    people = [hired(company_id, hire_date=day) for day in DAYS for _ in range(100)]
    with CaptureQueriesContext(connection) as queries:
        tell(FIRST, *people)
    written = [query["sql"] for query in queries if "metrics_cache" in query["sql"]]
    assert len(written) == 1
    assert len(queries) < 25
    with all_companies("test"):
        assert kept(date.min, date.max, "headcount")[company_id, "headcount", "", ""] == 500


@pytest.mark.parametrize("amount", ["a lot", "NaN", "1e400", ""])
def test_an_amount_that_is_none_is_not_counted(company_id: UUID, amount: str) -> None:
    # The inbox parks it for an operator, with what else is told of that deduction.
    sara = hired(company_id, hire_date=FIRST)
    with pytest.raises((ValueError, DataError)), transaction.atomic():
        tell(FIRST, deducted(sara, FIRST, amount))
