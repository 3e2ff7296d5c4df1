"""Counting people in and out: only inserts, unless a company has a seat limit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from common.contracts.company import UpdateHeadcount
from common.contracts.employee import EmployeeHired, EmployeeRemoved, EmployeeTerminated, EmployeeTransferred
from common.days import today
from common.errors import DomainError
from common.messaging.consumers import Received
from common.sagas.outcomes import Call, Outcome
from company_service.companies.exceptions import (
    CompanyInactiveError,
    CompanyNotFoundError,
    SeatLimitReachedError,
    UnknownDepartmentError,
)
from company_service.companies.models import HeadcountEntry
from company_service.companies.selectors import headcount_get
from company_service.companies.services.fold import headcount_take_back

# An imported record of somebody who left is not counted.
GONE = frozenset({"terminated", "archived"})


@dataclass
class _Seats:
    """What one company can still take; ``free`` is None without a limit. ``refusal`` says no to everyone."""

    free: int | None = None
    refusal: DomainError | None = None

    def take(self, count: int) -> DomainError | None:
        """Take ``count`` seats, or say why not."""
        if self.refusal is not None or self.free is None:
            return self.refusal
        if count > max(self.free, 0):
            return SeatLimitReachedError()
        self.free -= count
        return None


@transaction.atomic
def headcount_take(calls: Sequence[Call[UpdateHeadcount]]) -> list[Outcome]:
    """Count the people of ``calls``, all of one company, in their order.

    Refuses by CompanyNotFoundError, CompanyInactiveError, UnknownDepartmentError and SeatLimitReachedError.
    """
    company_id = calls[0].company_id
    departments = _held_departments(company_id, {call.command.department_id for call in calls})
    seats = _held_seats(company_id)
    refusals = [_refusal(call, departments, seats) for call in calls]
    HeadcountEntry.objects.bulk_create(
        _entry(call, call.command.delta, f"saga:{call.saga_id}:{call.step}", "hire")
        for call, refusal in zip(calls, refusals, strict=True)
        if refusal is None
    )
    return [
        Outcome.refused(refusal) if refusal is not None else Outcome.done({"delta": call.command.delta})
        for call, refusal in zip(calls, refusals, strict=True)
    ]


@transaction.atomic
def headcount_give_back(calls: Sequence[Call[UpdateHeadcount]]) -> list[Outcome]:
    """Count out again what :func:`headcount_take` had counted, also for a company that is inactive by now."""
    HeadcountEntry.objects.bulk_create(
        _entry(call, -call.done["delta"], f"saga:{call.saga_id}:{call.step}:undo", "hire undone")
        for call in calls
        if call.done
    )
    return [Outcome.done() for _ in calls]


@transaction.atomic
def headcount_count_events(received: Sequence[Received]) -> None:
    """Count what employee events tell; a hire by the saga has been counted by the saga.

    No limit applies: it has happened. An event that was counted before changes nothing. Of whom an import
    took back nothing is left, but for what is told later.
    """
    removed = {
        event.employee_id: place
        for place, (event, _meta) in enumerate(received)
        if isinstance(event, EmployeeRemoved)
    }
    if removed:
        headcount_take_back(removed)
    entries = [
        entry
        for place, item in enumerate(received)
        for entry in _entries(item)
        if place > removed.get(entry.employee_id, -1)
    ]
    HeadcountEntry.objects.bulk_create(entries, ignore_conflicts=True)


def _refusal(call: Call[UpdateHeadcount], departments: set[UUID], seats: _Seats) -> DomainError | None:
    department_id = call.command.department_id
    if seats.refusal is None and department_id is not None and department_id not in departments:
        return UnknownDepartmentError(details={"department_id": [str(department_id)]})
    return seats.take(call.command.delta)


def _held_departments(company_id: UUID, wanted: Iterable[UUID | None]) -> set[UUID]:
    """Those of ``wanted`` that are active departments here; none can be deleted before the commit."""
    ids = sorted(department_id for department_id in wanted if department_id is not None)
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM departments WHERE company_id = %s AND id = ANY(%s) AND is_active"
            " ORDER BY id FOR KEY SHARE",
            [company_id, ids],
        )
        return {row[0] for row in cursor.fetchall()}


def _held_seats(company_id: UUID) -> _Seats:
    """The company's free seats, so locked that nothing makes the answer wrong before the commit.

    Hires share the company's row; a change of the company takes it whole, so each hire is before or after it.
    Hires of a company with a limit also queue for an advisory lock, as the last one, and the statement after
    it sees what the one before has counted. Taking the shared row whole instead would deadlock two of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_active, seat_limit FROM companies WHERE id = %s FOR KEY SHARE", [company_id]
        )
        row = cursor.fetchone()
        if row is None:
            return _Seats(refusal=CompanyNotFoundError())
        is_active, seat_limit = row
        if not is_active:
            return _Seats(refusal=CompanyInactiveError())
        if seat_limit is None:
            return _Seats()
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('seats:' || %s, 0))", [str(company_id)])
    return _Seats(free=seat_limit - headcount_get(company_id))


def _entry(call: Call[UpdateHeadcount], delta: int, source_key: str, reason: str) -> HeadcountEntry:
    return HeadcountEntry(
        company_id=call.company_id,
        department_id=call.command.department_id,
        employee_id=call.command.employee_id,
        saga_id=call.saga_id,
        source_key=source_key,
        delta=delta,
        reason=reason,
        happened_on=today(),
        # Not by the database's default: without it, Django sends many rows as a few arrays.
        created_at=timezone.now(),
    )


def _entries(item: Received) -> list[HeadcountEntry]:
    event, meta = item
    changes: list[tuple[str, int, UUID | None]] = []
    day = today()
    match event:
        case EmployeeHired(source="import") if event.status not in GONE:
            changes, day = [("", 1, event.department_id)], min(event.hire_date or day, day)
        case EmployeeTerminated():
            changes, day = [("", -1, event.department_id)], min(event.last_day, day)
        case EmployeeTransferred():
            changes = [(":from", -1, event.from_department_id), (":to", 1, event.to_department_id)]
        case _:
            return []
    return [
        HeadcountEntry(
            company_id=event.company_id,
            department_id=department_id,
            employee_id=event.employee_id,
            saga_id=meta.saga_id,
            source_key=f"event:{meta.id}{part}",
            delta=delta,
            reason=meta.type,
            happened_on=day,
        )
        for part, delta, department_id in changes
    ]
