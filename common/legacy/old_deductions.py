"""A row of the old ``employee_deductions`` table, read."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from common.legacy.choices import Problem
from common.legacy.content import Json, leftovers
from common.legacy.ids import new_id
from common.legacy.mapper import Columns, RowRefusedError
from common.legacy.old_records import given_day
from common.legacy.reader import Row
from common.legacy.values import (
    Cell,
    ValueRefusedError,
    moment,
    money,
    remembered,
    required,
    text,
    text_within,
)
from common.legacy.words import DEDUCTION_STATUSES, DEDUCTION_TYPES, word

TABLE: Final = "employee_deductions"
_READ: Final = frozenset(
    {
        "id", "employee_id", "type", "amount", "reason", "date", "status", "processed_by",
        "created_at",
    }
)  # fmt: skip


class OldDeduction(msgspec.Struct, frozen=True, kw_only=True):
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


def _amount(cell: Cell) -> Decimal:
    """More than nothing: a deduction of nothing is none."""
    found = money(cell)
    if found is None:
        raise ValueRefusedError(Problem.MISSING)
    if not found:
        raise ValueRefusedError(Problem.NOTHING)
    return found


_COLUMNS: Final = Columns(
    ("id", required(text_within(64)), ""),
    ("employee_id", text, ""),
    ("type", required(remembered(partial(word, known=DEDUCTION_TYPES, default=""))), ""),
    ("amount", _amount, Decimal()),
    ("reason", text, ""),
    ("date", remembered(given_day, 50_000), date.min),
    ("status", remembered(partial(word, known=DEDUCTION_STATUSES, default="active")), ""),
    ("processed_by", text, ""),
    ("created_at", moment, None),
)


def read_deduction(row: Row) -> OldDeduction:
    """Read a row; raises RowRefusedError with everything that cannot be carried."""
    values, problems = _COLUMNS.read(row)
    if problems:
        raise RowRefusedError(problems)
    old_id, employee, kind, amount, reason, day, status, recorder, created = values
    return OldDeduction(
        old_id=old_id,
        employee_old_id=employee,
        deduction_type=kind,
        amount=amount,
        reason=reason,
        day=day,
        status=status,
        processed_by=recorder,
        created_at=created,
        leftovers=leftovers(row, _READ),
    )
