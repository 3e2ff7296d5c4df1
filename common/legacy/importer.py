"""Moves the rows of an open file into this service: what is new, and when asked what has changed and gone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.db import transaction

from common.legacy.errors import UnaccountedRowsError
from common.legacy.gathering import gather_facts
from common.legacy.gone import gone_remove
from common.legacy.models import ImportRun
from common.legacy.plan import Finished, Plan, Progress, Tally
from common.legacy.plans import PlanOf, make_plan
from common.legacy.reader import LegacyFile
from common.legacy.rules import plan_rules
from common.legacy.services import REASON, last_finished, rules_in_use, run_finish, run_start, tallies_of
from common.legacy.table_import import TableImporter, Task
from common.security.tenancy import all_companies


@dataclass(frozen=True)
class Result:
    """What an import did.

    ``run`` is None after a dry run, and when there was nothing to do since the run ``since``. ``resumed``: it
    went on from an earlier start.
    """

    run: ImportRun | None
    resumed: bool
    tallies: dict[str, Tally]
    rules: Sequence[str] = ()
    tables_read: frozenset[str] = frozenset()
    finished: Mapping[str, Finished] = field(default_factory=dict)
    since: ImportRun | None = None


@dataclass(frozen=True)
class Options:
    """How to import; ``name`` is the run's unless it resumes one.

    ``incremental`` brings over only what has changed since the runs before, and takes away what is gone. A dry
    run does everything in one transaction, takes that back and keeps no record of itself. ``uploads`` is the
    folder of the old application's files, ``folder`` where the facts of files are kept.
    """

    name: str
    batch_size: int
    dry_run: bool = False
    incremental: bool = False
    uploads: Path | None = None
    folder: Path | None = None


class _DryRunError(Exception):
    """Takes back what a dry run wrote."""


def _silent(_table: str, _done: int, _rows: int) -> None:
    """Nobody watches."""


def import_file(file: LegacyFile, plan: PlanOf, options: Options, progress: Progress = _silent) -> Result:
    """Import the tables of ``plan(facts)``.

    Raises AnotherImportError, SourceUnreadableError (the batches before stay) and UnaccountedRowsError.
    """
    rules = plan_rules(plan)
    last = last_finished() if options.incremental else None
    same = last is not None and (last.fingerprint, last.rules) == (file.fingerprint, rules)
    # A folder of uploads may have what it had not the last time.
    if last is not None and same and options.uploads is None:
        return _nothing_new(last)
    facts = gather_facts(file, options.folder, progress)
    try:
        tables = make_plan(plan, facts, options.uploads)
        with _taken_back(options.dry_run):
            run = run_start(
                name=options.name,
                source=file.path.name,
                fingerprint=_fingerprint(file, options),
                source_rows={table.name: file.count(table.table) for table in tables},
                rules=rules,
                incremental=options.incremental,
            )
            task = Task(
                file,
                facts,
                run,
                options.batch_size,
                progress,
                incremental=options.incremental,
                anew=rules_in_use() != {rules},
            )
            result = _import(task, tables, dry_run=options.dry_run)
    finally:
        facts.close()
    return result


def _fingerprint(file: LegacyFile, options: Options) -> str:
    """A dry run never goes on from an interrupted one, whose name it would take."""
    return f"dry {file.fingerprint}"[:64] if options.dry_run else file.fingerprint


@contextmanager
def _taken_back(dry_run: bool) -> Iterator[None]:
    """One transaction around a dry run, so that rows find what others of the same run brought."""
    if not dry_run:
        yield
        return
    with all_companies(REASON):
        try:
            with transaction.atomic():
                yield
                raise _DryRunError
        except _DryRunError:
            pass


def _import(task: Task, tables: Plan, *, dry_run: bool) -> Result:
    tallies = tallies_of(task.run)
    resumed = any(tally.done for tally in tallies.values())
    for entry in tables:
        TableImporter(task, entry).run(tallies)
    _check_account(tallies)
    if task.incremental:
        for entry in reversed(tables):
            gone_remove(task, entry, tallies)
    finished: dict[str, Finished] = {}
    if not dry_run:
        finished = {entry.name: entry.finish(task.run, task.progress) for entry in tables if entry.finish}
        run_finish(task.run)
    return Result(
        None if dry_run else task.run,
        resumed,
        tallies,
        rules=[rule for entry in tables for rule in entry.rules],
        tables_read=frozenset(entry.table for entry in tables),
        finished=finished,
    )


def _nothing_new(last: ImportRun) -> Result:
    """The account of a run over the very file that the last one read."""
    tallies = {
        name: replace(
            tally,
            imported=0,
            unchanged=tally.imported + tally.unchanged,
            changed=0,
            removed=0,
            conflicts=0,
            conflict_kinds=Counter(),
            todo=Counter(),
        )
        for name, tally in tallies_of(last).items()
    }
    return Result(None, resumed=False, tallies=tallies, since=last)


def _check_account(tallies: dict[str, Tally]) -> None:
    for name, tally in tallies.items():
        if not tally.source_rows == tally.done == tally.accounted:
            raise UnaccountedRowsError(
                f"{name}: the file has {tally.source_rows} rows, {tally.done} were read and"
                f" {tally.accounted} are accounted for."
            )
