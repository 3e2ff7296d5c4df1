"""Rebuilds what this service derived from a producer's events, or shows what a rebuild would change."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope, FeedPage
from common.messaging.models import Cursor, ParkedEvent
from common.messaging.pull import fetch
from common.security.tenancy import all_companies

RUN = 500
_UNTOUCHED = ("event_log", "feed_head", "feed_cursors")


@dataclass(frozen=True)
class Difference:
    """Rows of one table that a rebuild adds, removes or changes."""

    table: str
    added: int
    removed: int
    changed: int


class BackfillError(Exception):
    """Nothing can be rebuilt, and nothing was changed; the message says why."""


class _Undo(Exception):  # noqa: N818 - control flow of the dry run, never seen outside
    pass


def backfill(
    producer: str, *, aggregate_id: UUID | None = None, dry_run: bool = False
) -> tuple[int, list[Difference]]:
    """Apply again, from position 0, what was applied of ``producer``'s log; returns how much and what differs now.

    One transaction: readers see the old state or the new one, and the consumer waits meanwhile. Handlers are
    keyed by event or aggregate, so a rebuild of a healthy consumer changes nothing. Parked and skipped events
    stay out. Raises BackfillError, and FeedUnavailableError when the producer does not answer.
    """
    differences: list[Difference] = []
    pages = list(_pages(producer, aggregate_id, after=0))
    with suppress(_Undo), transaction.atomic(durable=True), all_companies("backfill"):
        cursor = Cursor.objects.select_for_update().filter(producer=producer).first()
        if cursor is None or cursor.epoch is None:
            return 0, []  # Of a log without an event, nothing has been applied.
        if cursor.epoch != pages[0].epoch:
            raise BackfillError(
                f"{producer} has begun a new epoch: its whole log is being read again anyway."
            )
        if cursor.position > pages[-1].upto:
            # What was applied while the pages came must not be overwritten by what came before it.
            pages += _pages(producer, aggregate_id, after=pages[-1].upto)
        envelopes = _applied(cursor, pages)
        tables = _touched(producer, aggregate_id, envelopes)
        before = {table: _hashes(table) for table in tables}
        _apply(producer, aggregate_id, envelopes)
        differences = [_compare(table, before[table], _hashes(table)) for table in tables]
        if dry_run:
            raise _Undo
    return len(envelopes), [item for item in differences if item.added or item.removed or item.changed]


def _pages(producer: str, aggregate_id: UUID | None, *, after: int) -> Iterator[FeedPage]:
    while True:
        page = fetch(producer, after=after, aggregate_id=str(aggregate_id) if aggregate_id else None)
        if page.first > 1:
            raise BackfillError(
                f"{producer} has pruned its first {page.first - 1} events: nothing can be rebuilt from it."
            )
        yield page
        after = page.upto
        if after >= page.head:
            return


def _applied(cursor: Cursor, pages: Iterable[FeedPage]) -> list[Envelope]:
    """The events of ``pages`` that this service has applied."""
    left_out = set(
        ParkedEvent.objects.filter(producer=cursor.producer)
        .exclude(state=ParkedEvent.State.APPLIED)
        .values_list("event_id", flat=True)
    )
    return [
        envelope
        for page in pages
        for envelope in page.events
        if envelope.position <= cursor.position and envelope.id not in left_out
    ]


def _apply(producer: str, aggregate_id: UUID | None, envelopes: Sequence[Envelope]) -> None:
    for forget in registry.forgetting.get(producer, ()):
        forget(aggregate_id)
    for start in range(0, len(envelopes), RUN):
        run = envelopes[start : start + RUN]
        try:
            dispatch(registry, producer, run)
        except Exception as error:
            raise BackfillError(
                f"{producer} {run[0].position}..{run[-1].position} cannot be applied:"
                f" {type(error).__name__}: {error}"
            ) from error


def _touched(producer: str, aggregate_id: UUID | None, envelopes: Sequence[Envelope]) -> list[str]:
    """The tables that applying writes to, found by doing it and rolling back."""
    tables: list[str] = []
    with suppress(_Undo), transaction.atomic():
        _apply(producer, aggregate_id, envelopes)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_stat_xact_user_tables"
                " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND relname <> ALL(%s) ORDER BY relname",
                [list(_UNTOUCHED)],
            )
            tables = [row[0] for row in cursor.fetchall()]
        raise _Undo
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
