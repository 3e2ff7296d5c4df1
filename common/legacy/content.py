"""Old content as JSON, whole: whatever PostgreSQL cannot hold as text is kept as hexadecimal digits."""

import json
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

from common.legacy.reader import Row
from common.legacy.values import Cell, storable

Json = None | int | float | str | dict[str, str]
_ID = frozenset({"id"})
_EMPTY = (None, "", "[]", "{}")


def preserved(row: Row, *, only: frozenset[str] | None = None) -> dict[str, Json]:
    """The row as a JSON object, or those of its columns that are in ``only``."""
    return {
        _key(column): _preserved_cell(cell) for column, cell in row.items() if only is None or column in only
    }


def leftovers(row: Row, taken: Iterable[str]) -> dict[str, Json]:
    """What the row says in columns that nothing took: known ones without a place, and unknown ones."""
    gone = frozenset(taken)
    return {
        _key(column): _preserved_cell(cell)
        for column, cell in row.items()
        if cell is not None and column not in gone and cell not in _EMPTY
    }


def restored(content: Mapping[str, Json]) -> Row:
    """The row that :func:`preserved` made ``content`` of. Names of columns that cannot be stored stay as they are."""
    return {column: _restored_cell(cell) for column, cell in content.items()}


def _restored_cell(cell: Json) -> Cell:
    match cell:
        case {"hex": str(digits)}:
            return bytes.fromhex(digits)
        case {"text_hex": str(digits)}:
            return bytes.fromhex(digits).decode("utf-8", "surrogatepass")
        case {"real": str(written)}:
            return float(written)
        case dict():
            raise ValueError(f"No cell of the old file is kept as {cell}.")
    return cell


def shown_id(row: Row) -> str:
    """The row's old id as people see it; empty when it has none."""
    (old_id,) = (*preserved(row, only=_ID).values(), None)[:1]
    if old_id is None:
        return ""
    return old_id if isinstance(old_id, str) else json.dumps(old_id)


def _preserved_cell(cell: Cell) -> Json:
    if isinstance(cell, str) and storable(cell):
        return cell
    if isinstance(cell, bytes):
        return {"hex": cell.hex()}
    if isinstance(cell, str):
        return {"text_hex": cell.encode("utf-8", "surrogatepass").hex()}
    if isinstance(cell, float) and not math.isfinite(cell):
        return {"real": str(cell)}
    return cell


@lru_cache(1_000)
def _key(column: str) -> str:
    return column if storable(column) else column.encode("utf-8", "surrogatepass").hex()
