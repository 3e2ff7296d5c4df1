"""What the old tables of leaves, deductions and violations have in common: rows about an employee."""

from datetime import date, datetime

from common.legacy.choices import Problem
from common.legacy.values import Cell, ValueRefusedError, day, moment, text


def given_day(cell: Cell) -> date:
    """A calendar day that may not be missing."""
    found = day(cell)
    if found is None:
        raise ValueRefusedError(Problem.MISSING)
    return found


def moment_if_readable(cell: Cell) -> datetime | None:
    """A moment that is good to know but worth setting no row aside for."""
    try:
        return moment(cell)
    except ValueRefusedError:
        return None


def whole_number(cell: Cell) -> int | None:
    """A count, from 0 up to a million; None for everything else."""
    try:
        found = float(text(cell))
    except (ValueRefusedError, ValueError):
        return None
    return int(found) if found.is_integer() and 0 <= found <= 1_000_000 else None
