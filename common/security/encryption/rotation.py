"""Sealing stored values anew with the current key, while everything runs.

Every table with an encrypted field is found by itself. Rows go batch by batch, each batch in a transaction of its
own and each value only as long as it still is what was read: whoever writes meanwhile wins, and writes with the
current key anyway. Old and new values open at every moment, so this may be killed anywhere and run again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from common.security.encryption.cipher import VERSION, keyring
from common.security.encryption.errors import UnsealError
from common.security.encryption.fields import EncryptedField
from common.security.tenancy import all_companies

_REASON: Final = "sealing with the current key"
Show = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SealedTable:
    """A table with sealed columns; ``row`` is the column with what they are sealed for."""

    model: type[models.Model]
    row: str
    fields: Sequence[EncryptedField]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """The column of the primary key."""
        return str(self.model._meta.pk.column)

    @property
    def stale(self) -> str:
        """The SQL condition of a row with a value under another key than the current one, and its parameters' form."""
        return (
            "("
            + " OR ".join(
                f"({each.stored_in} <> '' AND NOT starts_with({each.stored_in}, %s))" for each in self.fields
            )
            + ")"
        )


@dataclass
class Rotation:
    """What became of a table: rows sealed anew, rows left under other keys, and values that do not open."""

    table: str
    sealed: int = 0
    left: int = 0
    refused: list[str] = field(default_factory=list)


def sealed_tables() -> list[SealedTable]:
    """Every table of this service with sealed columns."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        by_row: dict[str, list[EncryptedField]] = {}
        for each in model._meta.concrete_fields:
            if isinstance(each, EncryptedField):
                by_row.setdefault(each.row, []).append(each)
        for row, fields in by_row.items():
            row_field = next(each for each in model._meta.concrete_fields if each.attname == row)
            found.append(SealedTable(model, str(row_field.column), fields))
    return found


def rows_left(table: SealedTable) -> int:
    """How many rows of the table have a value under another key than the current one."""
    with all_companies(_REASON), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table.name} WHERE {table.stale}", _current(table))
        return int(cursor.fetchone()[0])


def rotate(table: SealedTable, *, batch_size: int, show: Show) -> Rotation:
    """Seal the table's values with the current key; those that do not open stay as they are and are named."""
    result = Rotation(table.name)
    of, seen = rows_left(table), 0
    show(table.name, 0, of)
    for batch in _batches(table, batch_size):
        seen += batch
        result.sealed += batch
        show(table.name, min(seen, of), of)
    result.left = rows_left(table)
    if result.left:
        result.refused = _refused(table, batch_size)
    return result


def _batches(table: SealedTable, size: int) -> Iterator[int]:
    last: Any = None
    while True:
        with all_companies(_REASON), connection.cursor() as cursor:
            rows = _read(cursor, table, last, size)
            if not rows:
                return
            done = _write(cursor, table, rows)
        last = rows[-1][0]
        yield done


def _read(cursor: Any, table: SealedTable, last: Any, size: int) -> list[tuple[Any, ...]]:
    columns = ", ".join(each.stored_in for each in table.fields)
    after = f"{table.key} > %s AND " if last is not None else ""
    cursor.execute(
        f"SELECT {table.key}, {table.row}, {columns} FROM {table.name} WHERE {after}{table.stale}"
        f" ORDER BY {table.key} LIMIT {size}",
        [*([] if last is None else [last]), *_current(table)],
    )
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _write(cursor: Any, table: SealedTable, rows: Sequence[tuple[Any, ...]]) -> int:
    """Replace the values that are still what was read; how many rows that were."""
    new = [
        [_resealed(each, row[1], value) for each, value in zip(table.fields, row[2:], strict=True)]
        for row in rows
    ]
    kind = table.model._meta.pk.rel_db_type(connection)
    parameters: list[Any] = [[row[0] for row in rows]]
    arrays, names, settings, changes = [f"%s::{kind}[]"], ["key"], [], []
    for number, each in enumerate(table.fields):
        parameters += [[row[2 + number] for row in rows], [row[number] for row in new]]
        arrays += ["%s::text[]", "%s::text[]"]
        names += [f"o{number}", f"n{number}"]
        same = f"(t.{each.stored_in} = u.o{number} AND u.n{number} IS NOT NULL)"
        settings.append(f"{each.stored_in} = CASE WHEN {same} THEN u.n{number} ELSE t.{each.stored_in} END")
        changes.append(same)
    cursor.execute(
        f"UPDATE {table.name} t SET {', '.join(settings)} FROM unnest({', '.join(arrays)}) AS u({', '.join(names)})"
        f" WHERE t.{table.key} = u.key AND ({' OR '.join(changes)})",
        parameters,
    )
    return int(cursor.rowcount)


def _resealed(each: EncryptedField, row_id: UUID, value: str | None) -> str | None:
    """The value under the current key; None where there is none to write."""
    if not value or value.startswith(_prefix()):
        return None
    try:
        return each.sealed(each.opened(value, row_id), row_id)
    except UnsealError:
        return None


def _refused(table: SealedTable, size: int) -> list[str]:
    """Why values are left, for the first rows that have such."""
    said = []
    with all_companies(_REASON), connection.cursor() as cursor:
        for row in _read(cursor, table, None, size):
            for each, value in zip(table.fields, row[2:], strict=True):
                try:
                    if value and not value.startswith(_prefix()):
                        each.opened(value, row[1])
                except UnsealError as error:
                    said.append(str(error))
    return said


def _prefix() -> str:
    return f"{VERSION}:{keyring().current}:"


def _current(table: SealedTable) -> list[str]:
    return [_prefix()] * len(table.fields)
