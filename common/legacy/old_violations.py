"""A row of the old ``employee_violations`` table, read."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from common.legacy.content import Json, leftovers
from common.legacy.ids import new_id
from common.legacy.mapper import Columns, RowRefusedError
from common.legacy.old_records import given_day
from common.legacy.reader import Row
from common.legacy.values import moment, remembered, required, text, text_within
from common.legacy.words import SEVERITIES, word

TABLE: Final = "employee_violations"
_READ: Final = frozenset(
    {
        "id", "employee_id", "type", "description", "date", "reported_by", "severity", "created_at",
    }
)  # fmt: skip
_COLUMNS: Final = Columns(
    ("id", required(text_within(64)), ""),
    ("employee_id", text, ""),
    ("type", text, ""),
    ("description", text, ""),
    ("date", remembered(given_day, 50_000), date.min),
    ("severity", remembered(partial(word, known=SEVERITIES, default="medium")), ""),
    ("reported_by", text, ""),
    ("created_at", moment, None),
)


class OldViolation(msgspec.Struct, frozen=True, kw_only=True):
    """A violation as the old application had it.

    ``violation_type`` is free text there; ``reported_by`` is the old id of an account, or something else.
    ``leftovers`` holds what no other field took.
    """

    old_id: str
    employee_old_id: str
    violation_type: str
    description: str
    day: date
    severity: str
    reported_by: str
    created_at: datetime | None
    leftovers: Mapping[str, Json]

    @property
    def id(self) -> UUID:
        """The violation's id here."""
        return new_id(TABLE, self.old_id)


def read_violation(row: Row) -> OldViolation:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    values, problems = _COLUMNS.read(row)
    if problems:
        raise RowRefusedError(problems)
    old_id, employee, kind, description, day, severity, reporter, created = values
    return OldViolation(
        old_id=old_id,
        employee_old_id=employee,
        violation_type=kind,
        description=description,
        day=day,
        severity=severity,
        reported_by=reporter,
        created_at=created,
        leftovers=leftovers(row, _READ),
    )
