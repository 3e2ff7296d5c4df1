"""Writes the dated record of employments, in the transaction of the change that an entry tells of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from common.days import today
from common.observability.context import current_actor_id
from employee_service.employees.choices import EmploymentStatus, HistoryKind, Lifecycle
from employee_service.employees.models import Employee, EmploymentEvent

KINDS: Mapping[str, HistoryKind] = {
    "hire_date": HistoryKind.HIRE_DATE_CHANGED,
    "department_id": HistoryKind.TRANSFERRED,
    "position": HistoryKind.POSITION_CHANGED,
    "employment_type": HistoryKind.EMPLOYMENT_TYPE_CHANGED,
    "employment_status": HistoryKind.STATUS_CHANGED,
    "manager_id": HistoryKind.MANAGER_CHANGED,
    "salary": HistoryKind.PAY_CHANGED,
}


def history_add_changes(employee: Employee, *, effective_date: date | None = None, reason: str = "") -> None:
    """Record how a locked employee, not yet saved, differs from their stored row.

    Changes count from ``effective_date``, or else from today; the end of an employment from its last day, and
    a hire date that becomes known makes the entry of the hire. Raises nothing of its own.
    """
    stored = Employee.with_pending.get(pk=employee.pk)
    entries = list(_changes(employee, stored, effective_date or today(), reason))
    if employee.lifecycle == Lifecycle.ENDED and stored.lifecycle != Lifecycle.ENDED:
        entries = [entry for entry in entries if entry.kind != HistoryKind.STATUS_CHANGED]
        entries.append(_end(employee, stored.employment_status))
    EmploymentEvent.objects.bulk_create(entries)


def _changes(
    employee: Employee, stored: Employee, effective_date: date, reason: str
) -> Iterator[EmploymentEvent]:
    for name, kind in KINDS.items():
        old, new = getattr(stored, name), getattr(employee, name)
        if old == new:
            continue
        if kind == HistoryKind.HIRE_DATE_CHANGED and old is None:
            yield _hire(employee, current_actor_id())
            continue
        entry = _entry(employee, kind, effective_date, current_actor_id(), reason)
        if kind == HistoryKind.PAY_CHANGED:
            entry.old_salary, entry.new_salary = old, _money(new)
        else:
            entry.old_value, entry.new_value = _text(old), _text(new)
        yield entry


def history_add_hires(employees: Iterable[Employee], actors: Mapping[UUID, UUID | None]) -> None:
    """Record new employments; ``actors`` names who hired whom, by the employees' ids."""
    EmploymentEvent.objects.bulk_create(
        _hire(employee, actors.get(employee.id)) for employee in employees if employee.hire_date is not None
    )


def history_add_departures(employees: Sequence[Employee], department_id: UUID) -> None:
    """Record that employees are without a department from today, because theirs is gone."""
    EmploymentEvent.objects.bulk_create(
        _entry(employee, HistoryKind.TRANSFERRED, today(), current_actor_id(), old_value=str(department_id))
        for employee in employees
    )


def _hire(employee: Employee, actor_id: UUID | None) -> EmploymentEvent:
    day = employee.hire_date or today()
    return _entry(employee, HistoryKind.HIRED, day, actor_id, new_value=employee.position)


def _end(employee: Employee, status_before: str) -> EmploymentEvent:
    return _entry(
        employee,
        HistoryKind.TERMINATED,
        employee.termination_date or today(),
        current_actor_id(),
        employee.termination_reason,
        old_value=status_before,
        new_value=EmploymentStatus.TERMINATED,
    )


def _entry(
    employee: Employee,
    kind: HistoryKind,
    effective_date: date,
    actor_id: UUID | None,
    reason: str = "",
    **values: str,
) -> EmploymentEvent:
    return EmploymentEvent(
        company_id=employee.company_id,
        employee_id=employee.id,
        kind=kind,
        effective_date=effective_date,
        reason=reason,
        actor_id=actor_id,
        # Not by the database's default: without it, Django sends many rows as a few arrays.
        created_at=timezone.now(),
        **values,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
