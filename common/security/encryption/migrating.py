"""Sealing what stands in plain columns already, for data migrations.

Such a migration comes in three: the first renames the plain columns and adds the sealed ones, the second (with
``atomic = False``) calls :func:`seal_existing`, the third removes the plain columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from common.security.encryption.cipher import mark, seal
from common.security.tenancy import all_companies

_BATCH = 2_000
_REASON = "sealing what was stored before"


@dataclass(frozen=True)
class PlainColumn:
    """A column ``plain`` whose values go into the column ``sealed``, and their marks into ``<sealed>_mark``."""

    plain: str
    sealed: str
    marked: bool = True
    searchable: bool = False

    @property
    def waits(self) -> str:
        """The SQL condition of a row whose value is not sealed yet."""
        return f"(coalesce({self.plain}::text, '') <> '' AND coalesce({self.sealed}, '') = '')"


class _Batch(NamedTuple):
    last: Any
    size: int


def seal_existing(
    connection: Any,
    table: str,
    columns: Sequence[PlainColumn],
    *,
    row: str = "id",
    key: str = "id",
    company: str = "company_id",
) -> int:
    """Seal the values of all companies; how many rows that were.

    In batches of their own transactions, in the order of the indexed column ``key``: killed anywhere and run
    again it goes on with what is left. Raises RuntimeError when something is left at the end.
    """
    done, last = 0, None
    while True:
        with all_companies(_REASON), connection.cursor() as cursor:
            batch = _seal_batch(cursor, table, columns, (row, key, company), last)
        if not batch.size:
            break
        last, done = batch.last, done + batch.size
    left = count_plain(connection, table, columns)
    if left:
        raise RuntimeError(f"{left} rows of {table} are not sealed; run the migration again.")
    return done


def count_plain(connection: Any, table: str, columns: Sequence[PlainColumn]) -> int:
    """How many rows of the table have a value that is not sealed yet."""
    with all_companies(_REASON), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {_waiting(columns)}")
        return int(cursor.fetchone()[0])


def _waiting(columns: Sequence[PlainColumn]) -> str:
    return f"({' OR '.join(column.waits for column in columns)})"


def _seal_batch(
    cursor: CursorWrapper, table: str, columns: Sequence[PlainColumn], names: tuple[str, str, str], last: Any
) -> _Batch:
    row, key, company = names
    plain = ", ".join(f"{column.plain}::text" for column in columns)
    after = f"{key} > %s AND " if last is not None else ""
    cursor.execute(
        f"SELECT {key}, {row}, {company}, {plain} FROM {table} WHERE {after}{_waiting(columns)}"
        f" ORDER BY {key} LIMIT {_BATCH} FOR UPDATE",
        [] if last is None else [last],
    )
    rows = cursor.fetchall()
    if not rows:
        return _Batch(last, 0)
    parameters: list[Any] = [[found[0] for found in rows]]
    taken, settings = ["%s::uuid[]" if isinstance(rows[0][0], UUID) else "%s::bigint[]"], []
    for number, column in enumerate(columns):
        values = [(found[1], found[2], found[3 + number] or "") for found in rows]
        parameters.append([_sealed(table, column, row_id, text) for row_id, _company, text in values])
        taken.append("%s::text[]")
        settings.append(f"{column.sealed} = {_if_empty(column, f'u.s{number}', column.sealed)}")
        parameters.append([_mark(table, column, *value) for value in values])
        taken.append("%s::uuid[]")
        if column.marked:
            settings.append(
                f"{column.sealed}_mark = {_if_empty(column, f'u.m{number}', f'{column.sealed}_mark')}"
            )
    names_of = ", ".join(f"s{number}, m{number}" for number in range(len(columns)))
    cursor.execute(
        f"UPDATE {table} t SET {', '.join(settings)}"
        f" FROM unnest({', '.join(taken)}) AS u(key, {names_of}) WHERE t.{key} = u.key",
        parameters,
    )
    return _Batch(rows[-1][0], len(rows))


def _if_empty(column: PlainColumn, new: str, present: str) -> str:
    """SQL of the new value where there is one and none was sealed before."""
    there_is_none = f"coalesce(t.{column.sealed}, '') = '' AND {new} IS NOT NULL"
    return f"CASE WHEN {there_is_none} THEN {new} ELSE t.{present} END"


def _sealed(table: str, column: PlainColumn, row_id: UUID, text: str) -> str | None:
    return seal(text, table=table, column=column.sealed, row_id=row_id) if text else None


def _mark(table: str, column: PlainColumn, row_id: UUID, company_id: UUID | None, text: str) -> UUID | None:
    if not text or not column.marked:
        return None
    own = None if column.searchable else row_id
    return mark(text, column=f"{table}.{column.sealed}", company_id=company_id, row_id=own)
