"""A row of the old ``employee_deductions`` table, read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers
from common.legacy.ids import new_id
from common.legacy.mapper import Fields
from common.legacy.old_records import given_day
from common.legacy.reader import Row
from common.legacy.values import Cell, ValueRefusedError, moment, money, text
from common.legacy.words import DEDUCTION_STATUSES, DEDUCTION_TYPES, word

TABLE: Final = "employee_deductions"
_READ: Final = frozenset(
    {
        "id", "employee_id", "type", "amount", "reason", "date", "status", "processed_by",
        "created_at",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OldDeduction:
    """A deduction as the old application had it; ``processed_by`` is the old id of an account, or something else.

    ``leftovers`` holds what no other field took.
    """

    old_id: str
    employee_old_id: str
    deduction_type: str
    amount: Decimal
    reason: str
    day: date
    status: str
    processed_by: str
    created_at: datetime | None
    leftovers: Mapping[str, Json]

    @property
    def id(self) -> UUID:
        """The deduction's id here."""
        return new_id(TABLE, self.old_id)


def read_deduction(row: Row) -> OldDeduction:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    fields = Fields(row)
    deduction = OldDeduction(
        old_id=fields.require("id", partial(text, longest=64)),
        employee_old_id=fields.take("employee_id", text, ""),
        deduction_type=fields.require("type", partial(word, known=DEDUCTION_TYPES, default="")),
        amount=fields.take("amount", _amount, Decimal()),
        reason=fields.take("reason", text, ""),
        day=fields.take("date", given_day, date.min),
        status=fields.take("status", partial(word, known=DEDUCTION_STATUSES, default="active"), ""),
        processed_by=fields.take("processed_by", text, ""),
        created_at=fields.take("created_at", moment, None),
        leftovers=leftovers(row, _READ),
    )
    fields.check()
    return deduction


def _amount(cell: Cell) -> Decimal:
    """More than nothing: a deduction of nothing is none."""
    found = money(cell)
    if found is None:
        raise ValueRefusedError(Problem.MISSING)
    if not found:
        raise ValueRefusedError(Problem.NOTHING)
    return found
