"""A row of the old ``employee_violations`` table, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from common.legacy.content import Json, leftovers
from common.legacy.ids import new_id
from common.legacy.mapper import Fields
from common.legacy.old_records import given_day
from common.legacy.reader import Row
from common.legacy.values import moment, text
from common.legacy.words import SEVERITIES, word

TABLE: Final = "employee_violations"
_READ: Final = frozenset(
    {
        "id", "employee_id", "type", "description", "date", "reported_by", "severity", "created_at",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OldViolation:
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
    fields = Fields(row)
    violation = OldViolation(
        old_id=fields.require("id", partial(text, longest=64)),
        employee_old_id=fields.take("employee_id", text, ""),
        violation_type=fields.take("type", text, ""),
        description=fields.take("description", text, ""),
        day=fields.take("date", given_day, date.min),
        severity=fields.take("severity", partial(word, known=SEVERITIES, default="medium"), ""),
        reported_by=fields.take("reported_by", text, ""),
        created_at=fields.take("created_at", moment, None),
        leftovers=leftovers(row, _READ),
    )
    fields.check()
    return violation
