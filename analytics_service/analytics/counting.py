"""What an employee's events mean for the figures: pure functions of what was told.

The figures of an employee are a function of the employee's state, so a change of the state changes them by the
difference: a correction of an earlier day lands on that day, whenever it comes.

* Somebody joins on the hire date, and by the day on which the hire was told of at the latest: with the hire
  they are employed. Without a hire date they are counted from the day they became known, but do not join.
* Somebody leaves on the last day, and by the day on which the end was told of at the latest: with the end they
  are employed no more. On the day itself they do not count: figures are of the end of a day.
* A department is the one at the end of the day. A nationality has no history: telling another is correcting.
* A leave counts when it is approved, by its first day; a deduction unless it is cancelled.
* What an import takes back never was: nothing of it counts, on no day.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple
from uuid import UUID

from analytics_service.analytics.choices import Dimension, ItemKind, Metric
from analytics_service.analytics.models import EmployeeItem, EmploymentFact
from common.contracts.base import Event
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

EMPLOYMENT_EVENTS = (
    EmployeeHired, EmployeeUpdated, EmployeeTransferred, EmployeeTerminated, EmployeeRemoved,
)  # fmt: skip
LEAVE_EVENTS = (LeaveRequested, LeaveApproved, LeaveRejected, LeaveCancelled, LeaveRemoved)
ITEM_EVENTS = (*LEAVE_EVENTS, DeductionCreated, DeductionUpdated, DeductionRemoved)
GONE = frozenset({"terminated", "archived"})
APPROVED = "approved"
PENDING = "pending"
CANCELLED = "cancelled"
_LONGEST = 200
_LEAVE_STATUS: dict[type[Event], str] = {
    LeaveRequested: PENDING,
    LeaveApproved: APPROVED,
    LeaveRejected: "rejected",
    LeaveCancelled: CANCELLED,
}


class Figure(NamedTuple):
    """A row of metrics_cache without its value."""

    company_id: UUID
    metric: str
    dimension: str
    member: str
    day: date


Changes = dict[Figure, Decimal]


def employment_after(fact: EmploymentFact | None, event: Event, day: date) -> EmploymentFact | None:
    """The employment after ``event``, which was told of on ``day``; what was never hired stays unknown."""
    if isinstance(event, EmployeeHired):
        fact = _hired(event, day)
    elif fact is None or isinstance(event, EmployeeRemoved):
        return None
    match event:
        case EmployeeUpdated():
            _update(fact, event, day)
        case EmployeeTransferred():
            _transfer(fact, event.to_department_id, day)
        case EmployeeTerminated() if fact.is_counted:
            fact.last_day, fact.ended_on = event.last_day, day
    _settle(fact)
    return fact


def item_id_of(event: Event) -> UUID | None:
    """Which leave or deduction ``event`` tells of, if it tells of one."""
    return getattr(event, "leave_id", None) or getattr(event, "deduction_id", None)


def item_after(event: Event) -> EmployeeItem | None:
    """The leave or deduction as ``event`` leaves it, if it does; raises ValueError for an amount that is none."""
    match event:
        case LeaveRemoved() | DeductionRemoved():
            return None
        case LeaveRequested() | LeaveApproved() | LeaveRejected() | LeaveCancelled():
            return EmployeeItem(
                id=event.leave_id,
                company_id=event.company_id,
                employee_id=event.employee_id,
                kind=ItemKind.LEAVE,
                type=event.leave_type[:_LONGEST],
                status=_LEAVE_STATUS[type(event)],
                starts_on=event.start_date,
                ends_on=event.end_date,
                quantity=Decimal(event.days),
            )
        case DeductionCreated() | DeductionUpdated():
            return EmployeeItem(
                id=event.deduction_id,
                company_id=event.company_id,
                employee_id=event.employee_id,
                kind=ItemKind.DEDUCTION,
                type=event.deduction_type[:_LONGEST],
                status=event.status[:50],
                starts_on=event.effective_date,
                ends_on=None,
                quantity=_amount(event.amount),
            )
    raise TypeError(f"{type(event).__name__} tells of neither a leave nor a deduction.")


def employment_changes(fact: EmploymentFact) -> Changes:
    """What one employment adds to the figures."""
    changes: Changes = defaultdict(Decimal)
    if fact.joined_on is None:
        return changes
    joined, left = fact.joined_on, fact.left_on
    joining = Metric.UNDATED if fact.hire_date is None else Metric.JOINERS
    department = department_on(fact, joined)
    _add(changes, fact, joining, joined, _parts(fact, department))
    _add(changes, fact, Metric.HEADCOUNT, joined, _parts(fact, department))
    for day, following in _moves(fact):
        if day <= joined or (left is not None and day > left):
            continue
        _add(changes, fact, Metric.HEADCOUNT, day, {Dimension.DEPARTMENT: department}, -1)
        _add(changes, fact, Metric.HEADCOUNT, day, {Dimension.DEPARTMENT: following})
        department = following
    if left is not None:
        _add(changes, fact, Metric.HEADCOUNT, left, _parts(fact, department), -1)
        _add(changes, fact, Metric.LEAVERS, left, _parts(fact, department))
    return changes


def item_changes(item: EmployeeItem, fact: EmploymentFact | None) -> Changes:
    """What one leave or deduction of the employee with ``fact`` adds to the figures."""
    changes: Changes = defaultdict(Decimal)
    parts: dict[str, str] = {Dimension.WHOLE: "", Dimension.TYPE: item.type}
    if fact is not None:
        parts[Dimension.DEPARTMENT] = department_on(fact, item.starts_on)
        parts[Dimension.NATIONALITY] = fact.nationality
    else:
        parts[Dimension.DEPARTMENT] = parts[Dimension.NATIONALITY] = ""
    if item.kind == ItemKind.DEDUCTION and item.status != CANCELLED:
        _add(changes, item, Metric.DEDUCTIONS, item.starts_on, parts)
        _add(changes, item, Metric.DEDUCTION_AMOUNT, item.starts_on, parts, item.quantity)
    if item.kind == ItemKind.LEAVE and item.status == APPROVED:
        _add(changes, item, Metric.LEAVES, item.starts_on, parts)
        _add(changes, item, Metric.LEAVE_DAYS, item.starts_on, parts, item.quantity)
        if item.ends_on is not None and item.starts_on <= item.ends_on < date.max:
            _add(changes, item, Metric.ON_LEAVE, item.starts_on, {Dimension.WHOLE: ""})
            _add(changes, item, Metric.ON_LEAVE, item.ends_on + timedelta(days=1), {Dimension.WHOLE: ""}, -1)
    return changes


def department_on(fact: EmploymentFact, day: date) -> str:
    """The department at the end of ``day``, or where the person began; empty for none."""
    return department_among(fact.departments, day)


def department_among(departments: list[list[str | None]], day: date) -> str:
    """The same, by the pairs of an employment."""
    (_begin, first), *later = departments
    department = first
    for since, following in later:
        if since is not None and date.fromisoformat(since) <= day:
            department = following
    return department or ""


def _hired(event: EmployeeHired, day: date) -> EmploymentFact:
    return EmploymentFact(
        employee_id=event.employee_id,
        company_id=event.company_id,
        is_counted=not (event.source == "import" and event.status in GONE),
        hire_date=event.hire_date,
        known_on=day,
        nationality=event.nationality[:_LONGEST],
        departments=[[None, _text(event.department_id)]],
    )


def _update(fact: EmploymentFact, event: EmployeeUpdated, day: date) -> None:
    if event.nationality or "nationality" in event.changed:
        fact.nationality = event.nationality[:_LONGEST]
    if event.hire_date is not None:
        fact.hire_date = event.hire_date
    _transfer(fact, event.department_id, day)


def _transfer(fact: EmploymentFact, department_id: UUID | None, day: date) -> None:
    # Who has left keeps the department they left from.
    if fact.ended_on is not None:
        return
    # Later pairs go: they are still to come again when a log is read anew from its middle.
    kept = [pair for pair in fact.departments if pair[0] is None or date.fromisoformat(pair[0]) < day]
    if kept[-1][1] != _text(department_id):
        kept.append([day.isoformat(), _text(department_id)])
    fact.departments = kept


def _settle(fact: EmploymentFact) -> None:
    """Derive the days that count."""
    if not fact.is_counted:
        return
    fact.joined_on = min(fact.hire_date or fact.known_on, fact.known_on)
    if fact.last_day is not None and fact.ended_on is not None:
        fact.left_on = min(fact.last_day, fact.ended_on)
        fact.joined_on = min(fact.joined_on, fact.left_on)


def _moves(fact: EmploymentFact) -> Iterable[tuple[date, str]]:
    for since, department in fact.departments[1:]:
        yield date.fromisoformat(since), department or ""


def _parts(fact: EmploymentFact, department: str) -> dict[str, str]:
    return {
        Dimension.WHOLE: "",
        Dimension.DEPARTMENT: department,
        Dimension.NATIONALITY: fact.nationality,
    }


def _add(
    changes: Changes,
    row: EmploymentFact | EmployeeItem,
    metric: Metric,
    day: date,
    parts: dict[str, str],
    change: Decimal | int = 1,
) -> None:
    for dimension, member in parts.items():
        changes[Figure(row.company_id, metric.value, str(dimension), member, day)] += change


def _text(department_id: UUID | None) -> str | None:
    return str(department_id) if department_id is not None else None


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
        if not amount.is_finite():
            raise ValueError(f"{text[:40]!r} is not an amount.")
        return amount.quantize(Decimal("0.001"), ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError(f"{text[:40]!r} is not an amount.") from error
