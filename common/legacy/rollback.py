"""Taking back what a run brought: by the ledger, the last of the plan first, a batch a transaction.

A batch takes its things and their rows of the ledger away together, so an interrupted rollback goes on by
itself when it is started again. What people have changed since stays, and so does what theirs hangs on.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from common.legacy.account import state_sql
from common.legacy.choices import QuarantineState, RowOutcome, RunState
from common.legacy.holding import references_left
from common.legacy.ledger import BROUGHT_BY_NONE, ledger_forget
from common.legacy.ledger import CORRECTED as LATE
from common.legacy.models import ImportedRow, ImportRun
from common.legacy.plan import Plan, TableImport
from common.legacy.planning import as_a_whole, by_index
from common.legacy.progress import Bar
from common.legacy.services import REASON, import_lock
from common.legacy.writing import remove_halving
from common.security.tenancy import all_companies

CHANGED: Final = "people have changed it here since"
CORRECTED: Final = "HR corrected the row and brought it in"
HELD: Final = "something that stays in another service refers to it"
# Rows that have a thing of their own, also when the file has said otherwise since.
_BROUGHT: Final = (
    "l.name = %s AND l.run_id = %s AND l.key > %s AND l.target_id IS NOT NULL AND l.outcome <> ALL(%s)"
)
_CORRECTED: Final = (
    "l.reason = %s OR EXISTS (SELECT FROM quarantined_rows q"
    " WHERE q.entry = %s AND q.key = l.key AND q.state = %s AND q.decided_by IS NOT NULL)"
)


@dataclass(frozen=True)
class Stay:
    """A thing that stays, and why."""

    entry: str
    key: str
    id: UUID
    why: str


@dataclass
class EntryRollback:
    """What became of the things of one entry of the plan. ``gone`` ones people had taken away before."""

    removed: int = 0
    gone: int = 0
    stays: Counter[str] = field(default_factory=Counter)
    forgotten: int = 0


@dataclass
class Rollback:
    """What a rollback did, by entry; ``runs`` are the runs it took back, newest first."""

    runs: list[str] = field(default_factory=list)
    entries: dict[str, EntryRollback] = field(default_factory=dict)
    quarantined: int = 0
    todo: int = 0

    @property
    def removed(self) -> int:
        """The things taken away."""
        return sum(entry.removed for entry in self.entries.values())

    @property
    def staying(self) -> int:
        """The things that stay."""
        return sum(entry.stays.total() for entry in self.entries.values())


class _Brought(NamedTuple):
    """A thing that a run brought: whether it is here, as the ledger says, and whether HR had corrected its row."""

    key: str
    id: UUID
    here: bool
    same: bool | None
    corrected: bool


class _DryRunError(Exception):
    """Takes back a rollback that was only to be tried."""


def runs_called(name: str) -> QuerySet[ImportRun]:
    """The runs of this name that have something to take back, newest first; in the caller's scope."""
    return ImportRun.objects.filter(name=name).order_by("-created_at", "-id")


def rollback(
    plan: Plan,
    name: str,
    *,
    batch_size: int,
    bar: Bar,
    keep: Callable[[Stay], None],
    held: Collection[UUID] = (),
    hold: Callable[[Iterator[UUID]], None] = lambda _ids: None,
    dry_run: bool = False,
) -> Rollback:
    """Take back the runs called ``name``; ``keep`` is told of everything that stays.

    What is ``held`` by another service stays; ``hold`` is given what this service's remaining things hold on
    to. A dry run does it all in one transaction and takes that back.
    """
    with all_companies(REASON):
        runs = list(runs_called(name))
    found = Rollback(entries={entry.name: EntryRollback() for entry in reversed(plan)})
    with _taken_back(dry_run):
        for run in runs:
            found.runs.append(str(run.pk))
            _mark(run, RunState.ROLLING_BACK)
            for entry in reversed(plan):
                _EntryTaker(run, entry, found.entries[entry.name], batch_size, bar, keep, held).run()
            _forget_rest(run, found)
            _mark(run, RunState.ROLLED_BACK)
        _forget_what_nobody_brought()
        hold(references_left(plan))
    return found


@contextmanager
def _taken_back(dry_run: bool) -> Iterator[None]:
    if not dry_run:
        yield
        return
    try:
        with all_companies(REASON):
            yield
            raise _DryRunError
    except _DryRunError:
        pass


def _mark(run: ImportRun, state: RunState) -> None:
    with all_companies(REASON):
        import_lock()
        ImportRun.objects.filter(pk=run.pk).update(state=state, finished_at=Coalesce("finished_at", Now()))


class _EntryTaker:
    """Takes back the things of one entry that one run brought."""

    def __init__(
        self,
        run: ImportRun,
        entry: TableImport[Any],
        found: EntryRollback,
        batch_size: int,
        bar: Bar,
        keep: Callable[[Stay], None],
        held: Collection[UUID],
    ) -> None:
        self._run = run
        self._entry = entry
        self._found = found
        self._batch_size = batch_size
        self._bar = bar
        self._keep = keep
        self._held = held

    def run(self) -> None:
        """Take back batch after batch; those that stay are passed by."""
        with all_companies(REASON), connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM imported_rows l WHERE {_BROUGHT}", self._which(""))
            (of,) = cursor.fetchone()
        done, after = 0, ""
        while True:
            with all_companies(REASON):
                import_lock()
                with by_index():
                    batch = self._batch(after)
                    if not batch:
                        break
                    self._take(batch)
            after, done = batch[-1].key, done + len(batch)
            self._bar.show(self._entry.name, done, of)

    def _which(self, after: str) -> list[Any]:
        """The parameters of ``_BROUGHT``."""
        return [self._entry.name, self._run.pk, after, [RowOutcome.MERGED, RowOutcome.SKIPPED]]

    def _batch(self, after: str) -> list[_Brought]:
        """The next things behind the key ``after``, each with how it stands here."""
        account = self._entry.account
        corrected = [LATE, self._entry.name, QuarantineState.IMPORTED]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT l.key, l.target_id, h.state IS NOT NULL, h.state = l.state_hash, {_CORRECTED}"
                f" FROM (SELECT * FROM imported_rows l WHERE {_BROUGHT} ORDER BY l.key LIMIT %s) l"
                f" LEFT JOIN LATERAL (SELECT {state_sql(account)} AS state FROM {account.source}"
                f" WHERE {account.key} = l.target_id OFFSET 0) h ON true ORDER BY l.key",
                [*corrected, *self._which(after), self._batch_size],
            )
            return [_Brought(*row) for row in cursor.fetchall()]

    def _take(self, batch: Sequence[_Brought]) -> None:
        stays: dict[UUID, str] = {}
        for thing in batch:
            if thing.corrected:
                stays[thing.id] = CORRECTED
            elif thing.here and not thing.same:
                stays[thing.id] = CHANGED
            elif thing.here and thing.id in self._held:
                stays[thing.id] = HELD
        takeable = [thing.id for thing in batch if thing.here and thing.id not in stays]
        stays.update(remove_halving(self._entry.remove, takeable))
        self._found.gone += sum(not thing.here and thing.id not in stays for thing in batch)
        self._found.removed += sum(key not in stays for key in takeable)
        for thing in batch:
            if thing.id in stays:
                self._found.stays[stays[thing.id]] += 1
                self._keep(Stay(self._entry.name, thing.key, thing.id, stays[thing.id]))
        ledger_forget(self._entry.name, [thing.key for thing in batch if thing.id not in stays])


def _forget_what_nobody_brought() -> None:
    """What was here before the runs needs no entry in the ledger once no run is left to be compared with."""
    with all_companies(REASON):
        import_lock()
        if not ImportRun.objects.exclude(state=RunState.ROLLED_BACK).exists():
            ImportedRow.objects.filter(run_id=BROUGHT_BY_NONE).delete()


def _forget_rest(run: ImportRun, found: Rollback) -> None:
    """Forget what became nothing of its own, what nobody has decided about, and work, but not about what stays."""
    about_what_stays = (
        "EXISTS (SELECT FROM imported_rows k WHERE k.target_id = {}"
        " AND k.outcome <> 'merged' AND k.outcome <> 'skipped')"
    )
    with all_companies(REASON), as_a_whole(), connection.cursor() as cursor:
        import_lock()
        waiting: list[UUID | str] = [run.pk, QuarantineState.WAITING]
        cursor.execute("SELECT count(*) FROM quarantine_actions_forget(%s)", [run.pk])
        cursor.execute("DELETE FROM quarantined_rows WHERE run_id = %s AND state = %s", waiting)
        found.quarantined += cursor.rowcount
        cursor.execute(
            f"DELETE FROM todo_items t WHERE t.run_id = %s AND NOT {about_what_stays.format('t.subject_id')}",
            [run.pk],
        )
        found.todo += cursor.rowcount
        cursor.execute(
            "WITH gone AS (DELETE FROM imported_rows l WHERE l.run_id = %s"
            " AND (l.target_id IS NULL OR l.outcome IN ('merged', 'skipped'))"
            f" AND NOT {about_what_stays.format('l.target_id')} AND NOT EXISTS ("
            "SELECT FROM quarantined_rows q WHERE q.entry = l.name AND q.key = l.key AND l.outcome = 'quarantined'"
            ") RETURNING l.name) SELECT name, count(*) FROM gone GROUP BY 1",
            [run.pk],
        )
        for name, count in cursor.fetchall():
            found.entries.setdefault(name, EntryRollback()).forgotten += count
