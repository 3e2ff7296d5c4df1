"""A row of the old ``employee_leaves`` table, read."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers, preserved
from common.legacy.ids import new_id
from common.legacy.mapper import Columns, RowRefusedError
from common.legacy.old_records import given_day, moment_if_readable, whole_number
from common.legacy.reader import Row
from common.legacy.values import moment, remembered, required, text, text_within
from common.legacy.words import LEAVE_STATUSES, LEAVE_TYPES, word

TABLE: Final = "employee_leaves"
# Nobody was away for longer than ten years: a slip in the year.
LONGEST_DAYS: Final = 3_660
_READ: Final = frozenset(
    {
        "id", "employee_id", "type", "status", "start_date", "end_date", "days", "reason",
        "approved_by", "approved_at", "rejection_reason", "created_at", "updated_at",
    }
)  # fmt: skip
_day = remembered(given_day, 50_000)
_COLUMNS: Final = Columns(
    ("id", required(text_within(64)), ""),
    ("employee_id", text, ""),
    ("type", required(remembered(partial(word, known=LEAVE_TYPES, default=""))), ""),
    ("status", remembered(partial(word, known=LEAVE_STATUSES, default="pending")), ""),
    ("start_date", _day, date.min),
    ("end_date", _day, date.min),
    ("days", remembered(whole_number), None),
    ("reason", text, ""),
    ("approved_by", text, ""),
    ("approved_at", moment, None),
    ("rejection_reason", text, ""),
    ("created_at", moment, None),
    ("updated_at", moment_if_readable, None),
)


class OldLeave(msgspec.Struct, frozen=True, kw_only=True):
    """A leave as the old application had it, from its first to its last day, both inclusive.

    ``days`` is what it said about their number, and None where that is no number of days that there can be;
    ``written_days`` is then what it said. ``approved_by`` is the old id of an account, or whatever else stands
    there; ``leftovers`` holds what no other field took.
    """

    old_id: str
    employee_old_id: str
    leave_type: str
    status: str
    start_date: date
    end_date: date
    days: int | None
    written_days: Mapping[str, Json]
    reason: str
    approved_by: str
    approved_at: datetime | None
    rejection_reason: str
    created_at: datetime | None
    updated_at: datetime | None
    leftovers: Mapping[str, Json]

    @property
    def id(self) -> UUID:
        """The leave's id here."""
        return new_id(TABLE, self.old_id)


def read_leave(row: Row) -> OldLeave:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    values, problems = _COLUMNS.read(row)
    old_id, employee, kind, status, start, end, days, *rest = values
    if problem := None if problems.keys() & {"start_date", "end_date"} else _wrong_end(start, end):
        problems["end_date"] = problem
    if problems:
        raise RowRefusedError(problems)
    reason, approver, approved, rejection, created, updated = rest
    possible = days is not None and 0 < days <= (end - start).days + 1
    return OldLeave(
        old_id=old_id,
        employee_old_id=employee,
        leave_type=kind,
        status=status,
        start_date=start,
        end_date=end,
        days=days if possible else None,
        written_days={} if possible else preserved(row, only=frozenset({"days"})),
        reason=reason,
        approved_by=approver,
        approved_at=approved,
        rejection_reason=rejection,
        created_at=created,
        updated_at=updated,
        leftovers=leftovers(row, _READ),
    )


def _wrong_end(start: date, end: date) -> Problem | None:
    """What is wrong with the last day, going by the first."""
    if end < start:
        return Problem.BEFORE_START
    return Problem.OUT_OF_RANGE if (end - start).days >= LONGEST_DAYS else None
