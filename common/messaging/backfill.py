"""Rebuilds what this service derived from a producer's events, or shows what a rebuild would change."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import FeedPage
from common.messaging.pull import fetch
from common.security.tenancy import all_companies

_UNTOUCHED = ("event_log", "feed_head", "feed_cursors")


@dataclass(frozen=True)
class Difference:
    """Rows of one table that a rebuild adds, removes or changes."""

    table: str
    added: int
    removed: int
    changed: int


class _Undo(Exception):  # noqa: N818 - control flow of the dry run, never seen outside
    pass


def backfill(
    producer: str, *, aggregate_id: UUID | None = None, dry_run: bool = False
) -> tuple[int, list[Difference]]:
    """Apply ``producer``'s events again from position 0; returns their number and what differs afterwards.

    One transaction: readers see the old state or the new one. Handlers are keyed by event or aggregate, so
    a rebuild of a healthy consumer changes nothing. Raises ValueError when the log was pruned.
    """
    pages = list(_pages(producer, aggregate_id))
    tables = _touched(producer, pages)
    differences: list[Difference] = []
    try:
        with all_companies("backfill"):
            before = {table: _hashes(table) for table in tables}
            _apply(producer, pages)
            differences = [_compare(table, before[table], _hashes(table)) for table in tables]
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    changed = [item for item in differences if item.added or item.removed or item.changed]
    return sum(len(page.events) for page in pages), changed


def _pages(producer: str, aggregate_id: UUID | None) -> Iterator[FeedPage]:
    position = 0
    while True:
        page = fetch(producer, after=position, aggregate_id=str(aggregate_id) if aggregate_id else None)
        if page.first > 1:
            raise ValueError(
                f"{producer} has pruned its first {page.first - 1} events: nothing can be rebuilt from it."
            )
        yield page
        position = page.upto
        if position >= page.head:
            return


def _apply(producer: str, pages: list[FeedPage]) -> None:
    for page in pages:
        dispatch(registry, producer, page.events)


def _touched(producer: str, pages: list[FeedPage]) -> list[str]:
    """The tables that applying writes to, found by doing it and rolling back."""
    tables: list[str] = []
    try:
        with all_companies("backfill"), connection.cursor() as cursor:
            _apply(producer, pages)
            cursor.execute(
                "SELECT relname FROM pg_stat_xact_user_tables"
                " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND relname <> ALL(%s) ORDER BY relname",
                [list(_UNTOUCHED)],
            )
            tables = [row[0] for row in cursor.fetchall()]
            transaction.set_rollback(True)
            raise _Undo
    except _Undo:
        pass
    return tables


def _hashes(table: str) -> dict[str, str]:
    quoted = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(a.attname) || '::text', ' || ''/'' || ' ORDER BY a.attnum)"
            " FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
            " WHERE i.indrelid = %s::regclass AND i.indisprimary",
            [quoted],
        )
        key = cursor.fetchone()[0]
        # Times of writing differ between two equal states.
        cursor.execute(
            f"SELECT {key}, md5((to_jsonb(t) - ARRAY['created_at','updated_at','received_at'])::text) FROM {quoted} t"
        )
        return dict(cursor.fetchall())


def _compare(table: str, before: dict[str, str], after: dict[str, str]) -> Difference:
    return Difference(
        table=table,
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        changed=sum(1 for key in before.keys() & after.keys() if before[key] != after[key]),
    )
