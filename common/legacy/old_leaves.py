"""A row of the old ``employee_leaves`` table, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers, preserved
from common.legacy.ids import new_id
from common.legacy.mapper import Fields
from common.legacy.old_records import given_day, moment_if_readable, whole_number
from common.legacy.reader import Row
from common.legacy.values import moment, text
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLeave:
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
    fields = Fields(row)
    start, end = _dates(fields)
    days = whole_number(row.get("days"))
    possible = days is not None and 0 < days <= (end - start).days + 1
    leave = OldLeave(
        old_id=fields.require("id", partial(text, longest=64)),
        employee_old_id=fields.take("employee_id", text, ""),
        leave_type=fields.require("type", partial(word, known=LEAVE_TYPES, default="")),
        status=fields.take("status", partial(word, known=LEAVE_STATUSES, default="pending"), ""),
        start_date=start,
        end_date=end,
        days=days if possible else None,
        written_days={} if possible else preserved(row, only=frozenset({"days"})),
        reason=fields.take("reason", text, ""),
        approved_by=fields.take("approved_by", text, ""),
        approved_at=fields.take("approved_at", moment, None),
        rejection_reason=fields.take("rejection_reason", text, ""),
        created_at=fields.take("created_at", moment, None),
        updated_at=moment_if_readable(row.get("updated_at")),
        leftovers=leftovers(row, _READ),
    )
    fields.check()
    return leave


def _dates(fields: Fields) -> tuple[date, date]:
    start, end = fields.take("start_date", given_day, date.min), fields.take("end_date", given_day, date.min)
    if not fields.problems:
        if end < start:
            fields.problems["end_date"] = Problem.BEFORE_START
        elif (end - start).days >= LONGEST_DAYS:
            fields.problems["end_date"] = Problem.OUT_OF_RANGE
    return start, end
