"""Leaves of the old system."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from common.contracts.base import Event
from common.contracts.employee import LeaveApproved, LeaveRejected, LeaveRemoved, LeaveRequested
from employee_service.employees.choices import LeaveStatus
from employee_service.employees.models.leaves import TAKING_DAYS
from employee_service.employees.services.imports.records import STAGE, RecordTable, Told
from employee_service.employees.services.imports.values import ImportedLeave

# Of two leaves of a person on the same days, the later one in the file is marked, and so is one of days that
# a leave here takes. A leave that was refused takes no days, and one whose days stay keeps its mark.
_MARK: Final = f"""
UPDATE pg_temp.{STAGE} s SET shares_days = s.status IN ('pending', 'approved') AND coalesce(
    (SELECT o.shares_days FROM leaves o WHERE o.id = s.id AND o.status IN ('pending', 'approved')
        AND ROW(o.company_id, o.employee_id, o.start_date, o.end_date)
          = ROW(s.company_id, s.employee_id, s.start_date, s.end_date)),
    s.shares_days OR EXISTS (SELECT FROM leaves o
        WHERE (o.company_id, o.employee_id) = (s.company_id, s.employee_id) AND o.id <> s.id
          AND o.status IN ('pending', 'approved')
          AND o.start_date <= s.end_date AND o.end_date >= s.start_date))
"""


def _marks(rows: Sequence[ImportedLeave]) -> Iterator[tuple[bool]]:
    """Whether each of ``rows`` is on days of an earlier one of them."""
    taken: defaultdict[UUID, list[ImportedLeave]] = defaultdict(list)
    for row in rows:
        if row.status not in TAKING_DAYS:
            yield (False,)
            continue
        earlier = taken[row.employee_id]
        yield (any(o.start_date <= row.end_date and o.end_date >= row.start_date for o in earlier),)
        earlier.append(row)


def _values(row: ImportedLeave) -> tuple[Any, ...]:
    return (
        row.leave_type.value,
        row.status.value,
        row.start_date,
        row.end_date,
        row.days,
        row.reason,
        row.decided_by,
        row.decided_at,
        row.decision_reason,
    )


def _event(row: Told) -> Event:
    facts: dict[str, Any] = {
        "leave_id": row["id"],
        "company_id": row["company_id"],
        "employee_id": row["employee_id"],
        "user_id": row["user_id"],
        "leave_type": row["leave_type"],
        "start_date": row["start_date"],
        "end_date": row["end_date"],
        "days": row["days"],
        "source": "import",
    }
    match row["status"]:
        case LeaveStatus.APPROVED:
            return LeaveApproved(**facts, decided_by=row["decided_by"])
        case LeaveStatus.REJECTED:
            return LeaveRejected(**facts, decided_by=row["decided_by"], reason=row["decision_reason"])
        case _:
            return LeaveRequested(**facts)


def _removed(row: Told) -> Event:
    return LeaveRemoved(
        leave_id=row["id"],
        company_id=row["company_id"],
        employee_id=row["employee_id"],
        user_id=row["user_id"],
    )


LEAVES: Final = RecordTable[ImportedLeave](
    table="leaves",
    columns={
        "leave_type": "text",
        "status": "text",
        "start_date": "date",
        "end_date": "date",
        "days": "smallint",
        "reason": "text",
        "decided_by": "uuid",
        "decided_at": "timestamptz",
        "decision_reason": "text",
    },
    values=_values,
    told=("leave_type", "status", "start_date", "end_date", "days", "decided_by"),
    event=_event,
    removed=_removed,
    settled={"shares_days": "boolean"},
    guesses=_marks,
    settle=_MARK,
)
