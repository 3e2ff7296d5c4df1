"""Taking back what a run brought: by the ledger, the last of the plan first, a batch a transaction.

A batch takes its things and their rows of the ledger away together, so an interrupted rollback goes on by
itself when it is started again. What people have changed since stays, and so does what theirs hangs on.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Now

from common.errors import DomainError
from common.legacy.account import state_sql
from common.legacy.choices import QuarantineState, RowOutcome, RunState
from common.legacy.holding import references_left
from common.legacy.ledger import BROUGHT_BY_NONE
from common.legacy.ledger import CORRECTED as LATE
from common.legacy.models import ImportedRow, ImportRun, QuarantinedRow
from common.legacy.plan import Plan, TableImport
from common.legacy.progress import Bar
from common.legacy.services import REASON, import_lock
from common.legacy.writing import why
from common.security.tenancy import all_companies

CHANGED: Final = "people have changed it here since"
CORRECTED: Final = "HR corrected the row and brought it in"
HELD: Final = "something that stays in another service refers to it"
Remove = Callable[[Sequence[UUID]], Mapping[UUID, str]]


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
        with all_companies(REASON):
            of = self._rows().count()
        done, after = 0, ""
        while True:
            with all_companies(REASON):
                import_lock()
                rows = self._rows().filter(key__gt=after).order_by("key")
                batch = [
                    (key, thing, state)
                    for key, thing, state in rows.values_list("key", "target_id", "state_hash")[
                        : self._batch_size
                    ]
                    if thing is not None
                ]
                if not batch:
                    break
                self._take(batch)
            after, done = batch[-1][0], done + len(batch)
            self._bar.show(self._entry.name, done, of)

    def _rows(self) -> QuerySet[ImportedRow]:
        """Those that have a thing of their own, also when the file has said otherwise since."""
        return ImportedRow.objects.filter(
            name=self._entry.name, run_id=self._run.pk, target_id__isnull=False
        ).exclude(outcome__in=[RowOutcome.MERGED, RowOutcome.SKIPPED])

    def _take(self, batch: Sequence[tuple[str, UUID, int | None]]) -> None:
        states = self._states([thing for _key, thing, _state in batch])
        corrected = self._corrected([key for key, _thing, _state in batch])
        stays: dict[UUID, str] = {}
        for key, thing, state in batch:
            if key in corrected:
                stays[thing] = CORRECTED
            elif thing in states and states[thing] != state:
                stays[thing] = CHANGED
            elif thing in states and thing in self._held:
                stays[thing] = HELD
        takeable = [thing for _key, thing, _state in batch if thing in states and thing not in stays]
        stays |= self._remove(takeable)
        self._found.gone += sum(thing not in states and thing not in stays for _key, thing, _state in batch)
        self._found.removed += sum(thing not in stays for thing in takeable)
        for key, thing, _state in batch:
            if thing in stays:
                self._found.stays[stays[thing]] += 1
                self._keep(Stay(self._entry.name, key, thing, stays[thing]))
        ImportedRow.objects.filter(
            name=self._entry.name, key__in=[key for key, thing, _state in batch if thing not in stays]
        ).delete()

    def _states(self, ids: Sequence[UUID]) -> dict[UUID, int]:
        """The state of those that are here, as the ledger writes it."""
        account = self._entry.account
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {account.key}, {state_sql(account)} FROM {account.source} WHERE {account.key} = ANY(%s)",
                [list(ids)],
            )
            return dict(cursor.fetchall())

    def _corrected(self, keys: Sequence[str]) -> set[str]:
        rows = QuarantinedRow.objects.filter(
            entry=self._entry.name, key__in=keys, state=QuarantineState.IMPORTED, decided_by__isnull=False
        )
        elsewhere = ImportedRow.objects.filter(name=self._entry.name, key__in=keys, reason=LATE)
        return {*rows.values_list("key", flat=True), *elsewhere.values_list("key", flat=True)}

    def _remove(self, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """Call the service; when it fails for the batch, for each half, down to the things to blame."""
        if not ids:
            return {}
        try:
            with transaction.atomic():
                stays = self._entry.remove(ids)
                connection.check_constraints()
                return stays
        except (IntegrityError, DataError, DomainError) as error:
            if len(ids) == 1:
                return {ids[0]: why(error)}
        middle = len(ids) // 2
        return {**self._remove(ids[:middle]), **self._remove(ids[middle:])}


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
    with all_companies(REASON), connection.cursor() as cursor:
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
            "DELETE FROM imported_rows l WHERE l.run_id = %s"
            " AND (l.target_id IS NULL OR l.outcome IN ('merged', 'skipped'))"
            f" AND NOT {about_what_stays.format('l.target_id')} AND NOT EXISTS ("
            "SELECT FROM quarantined_rows q WHERE q.entry = l.name AND q.key = l.key AND l.outcome = 'quarantined'"
            ") RETURNING l.name",
            [run.pk],
        )
        for name, count in Counter(row[0] for row in cursor.fetchall()).items():
            found.entries.setdefault(name, EntryRollback()).forgotten += count
