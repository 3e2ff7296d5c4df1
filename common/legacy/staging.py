"""Rows on their way into tables: copied into a temporary table first, and from there by set-based SQL.

COPY, the fastest way in, is not allowed into tables with row-level security; into a temporary table it is, and
``INSERT … SELECT`` from there is under the policies like every other statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from common.contracts.base import Event
from common.messaging.services import Publication, publish_from, publishable

_EVENTS: Final = "staged_events"
_EVENT_COLUMNS: Final = {
    "n": "int",
    "type": "text",
    "aggregate_id": "uuid",
    "company_id": "uuid",
    "version": "int",
    "saga_id": "uuid",
    "payload": "text",
}


def stage(
    cursor: CursorWrapper, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
) -> None:
    """Put ``rows`` into a new temporary table ``name`` that the transaction takes with it.

    ``columns`` are names with PostgreSQL's types; each row has a value for each, in that order. JSON goes in
    as text that is JSON, and an array fastest as what :func:`array_text` makes of it. A table of that name
    from earlier in the transaction is dropped. Raises DataError for a value that its column does not take.
    """
    table = sql.Identifier(name)
    declared = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()
    )
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(table))
    cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(table, declared))
    # Django turns the driver's errors into its own for what it calls itself only.
    with (
        connection.wrap_database_errors,
        cursor.copy(sql.SQL("COPY pg_temp.{} FROM STDIN").format(table)) as copy,
    ):
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=4_096)
def array_text(items: tuple[str, ...]) -> str:
    """A text array as PostgreSQL writes it; memoised, since the same few occur again and again."""
    quoted = (item.replace("\\", "\\\\").replace('"', '\\"') for item in items)
    return "{" + ",".join(f'"{item}"' for item in quoted) + "}"


def publish_staged(
    publications: Iterable[Publication | tuple[Event, UUID, UUID | None, int]],
) -> None:
    """Like ``publish_many`` and several times faster for a thousand events and more.

    Raises RuntimeError outside a transaction and ValueError for an event that another service owns.
    """
    rows = [(number, *row) for number, row in enumerate(publishable(publications))]
    if not rows:
        return
    with connection.cursor() as cursor:
        stage(cursor, _EVENTS, _EVENT_COLUMNS, rows)
    publish_from(_EVENTS)
