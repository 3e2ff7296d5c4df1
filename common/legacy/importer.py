"""Moves the rows of an open file into this service, a batch at a time.

A batch is one transaction: its rows, their events, the rows set aside, the work for HR, and the checkpoint.
So a killed import has done whole batches only, and a new start of the same file goes on after the last one.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DataError, IntegrityError, connection, transaction

from common.errors import DomainError
from common.legacy.account import present
from common.legacy.choices import QuarantineReason
from common.legacy.content import preserved
from common.legacy.errors import UnaccountedRowsError
from common.legacy.facts import Facts
from common.legacy.gathering import gather_facts
from common.legacy.ids import new_id
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped, ToDo
from common.legacy.models import ImportRun, QuarantinedRow, ToDoItem
from common.legacy.monolith import SECRETS
from common.legacy.plan import Finished, Progress, TableImport, Tally, Written
from common.legacy.plans import PlanOf, make_plan
from common.legacy.reader import LegacyFile, Row
from common.legacy.services import (
    REASON,
    checkpoint,
    import_lock,
    records_add,
    run_finish,
    run_start,
    tallies_of,
    todo_item,
)
from common.security.tenancy import all_companies

# Rows without an id of their own are told apart by their place in the file.
_NO_OWN_ID = frozenset({QuarantineReason.MISSING_ID, QuarantineReason.REPEATED_ID})


@dataclass(frozen=True)
class Result:
    """What an import did. ``run`` is None after a dry run; ``resumed``: it went on from an earlier start."""

    run: ImportRun | None
    resumed: bool
    tallies: dict[str, Tally]
    rules: Sequence[str] = ()
    tables_read: frozenset[str] = frozenset()
    finished: Mapping[str, Finished] = field(default_factory=dict)


@dataclass
class _Records:
    quarantined: list[QuarantinedRow] = field(default_factory=list)
    todo: list[ToDoItem] = field(default_factory=list)


class _DryRunError(Exception):
    """Takes back what a batch of a dry run wrote."""


def import_file(
    file: LegacyFile,
    plan: PlanOf,
    *,
    name: str,
    batch_size: int,
    dry_run: bool = False,
    uploads: Path | None = None,
    folder: Path | None = None,
    progress: Progress = lambda _table, _done, _rows: None,
) -> Result:
    """Import the tables of ``plan(facts)``; ``name`` is the run's unless it resumes one.

    A dry run does the same, takes every batch back and keeps no record of itself. Raises AnotherImportError,
    SourceUnreadableError (the batches before stay) and UnaccountedRowsError.
    """
    facts = gather_facts(file, folder, progress)
    tables = make_plan(plan, facts, uploads)
    source_rows = {table.name: file.count(table.table) for table in tables}
    if dry_run:
        tallies = {name: Tally(source_rows=rows) for name, rows in source_rows.items()}
        run, resumed = None, False
    else:
        run = run_start(
            name=name, source=file.path.name, fingerprint=file.fingerprint, source_rows=source_rows
        )
        tallies = tallies_of(run)
        resumed = any(tally.done for tally in tallies.values())
    for table in tables:
        _Importer(file, facts, table, run, batch_size, progress).run(tallies)
    _check_account(tallies)
    finished: dict[str, Finished] = {}
    if run is not None:
        finished = {table.name: table.finish(run, progress) for table in tables if table.finish}
        run_finish(run)
    return Result(
        run,
        resumed,
        tallies,
        rules=[rule for table in tables for rule in table.rules],
        tables_read=frozenset(table.table for table in tables),
        finished=finished,
    )


def _check_account(tallies: dict[str, Tally]) -> None:
    for name, tally in tallies.items():
        if not tally.source_rows == tally.done == tally.accounted:
            raise UnaccountedRowsError(
                f"{name}: the file has {tally.source_rows} rows, {tally.done} were read and"
                f" {tally.accounted} are accounted for."
            )


class _Importer:
    """The import of one table."""

    def __init__(
        self,
        file: LegacyFile,
        facts: Facts,
        table: TableImport[Any],
        run: ImportRun | None,
        batch_size: int,
        progress: Progress,
    ) -> None:
        self._file = file
        self._facts = facts
        self._table = table
        self._run = run
        self._batch_size = batch_size
        self._progress = progress

    def run(self, tallies: dict[str, Tally]) -> None:
        """Import what is left of the table; ``tallies`` has its state after each committed batch."""
        name = self._table.name
        for batch in self._batches(tallies[name].place):
            tallies[name] = self._import_batch(tallies[name], batch)
            self._progress(name, tallies[name].done, tallies[name].source_rows)

    def _batches(self, after: int | None) -> Iterator[list[tuple[int, Row]]]:
        rows = self._file.placed(self._table.table, after=after)
        while batch := list(islice(rows, self._batch_size)):
            yield batch

    def _import_batch(self, before: Tally, batch: Sequence[tuple[int, Row]]) -> Tally:
        tally = deepcopy(before)
        self._facts.prepare(self._table.table, [row for _place, row in batch])
        mapped = [(place, row, self._table.map(row, place)) for place, row in batch]
        with all_companies(REASON), self._taken_back_when_dry():
            import_lock()
            records = self._apply(mapped, tally)
            tally.done += len(batch)
            tally.place = batch[-1][0]
            if self._run is not None:
                records_add(records.quarantined, records.todo)
                checkpoint(self._run, self._table.name, before.done, tally)
        return tally

    @contextmanager
    def _taken_back_when_dry(self) -> Iterator[None]:
        try:
            with transaction.atomic():
                yield
                if self._run is None:
                    raise _DryRunError
        except _DryRunError:
            pass

    def _apply(self, mapped: Sequence[tuple[int, Row, Outcome[Any]]], tally: Tally) -> _Records:
        """Write what is new of the batch, and count what became of every row."""
        found = [(place, row, item) for place, row, item in mapped if isinstance(item, Imported)]
        existing = self._existing({item.id for _place, _row, item in found})
        fresh: dict[UUID, tuple[int, Row, Imported[Any]]] = {}
        for place, row, item in found:
            if item.id not in existing:
                fresh.setdefault(item.id, (place, row, item))
        written = self._write([item for _place, _row, item in fresh.values()])
        records = _Records()
        for place, row, outcome in mapped:
            match outcome:
                case Imported() if outcome.id in existing or fresh[outcome.id][0] != place:
                    self._count_known(tally, there=outcome.id in existing)
                case Imported() if refusal := written.refused.get(outcome.id):
                    self._set_aside(records, tally, place, row, refusal)
                case Imported():
                    tally.imported += 1
                    self._note(records, tally, outcome.todo)
                case Merged():
                    tally.merged += 1
                    self._note(records, tally, outcome.todo)
                case Quarantined():
                    self._set_aside(records, tally, place, row, outcome)
                case Skipped():
                    tally.skip(outcome.rule)
        self._note(records, tally, written.todo)
        return records

    def _existing(self, ids: Collection[UUID]) -> set[UUID]:
        if self._table.existing is not None:
            return self._table.existing(ids)
        return present(self._table.account, ids) if self._table.account else set()

    def _count_known(self, tally: Tally, *, there: bool) -> None:
        if there and not self._table.shared:
            tally.unchanged += 1
        else:
            tally.merged += 1

    def _write(self, items: Sequence[Imported[Any]]) -> Written:
        """Call the service; when it fails for the batch, for each half, down to the rows to blame."""
        if not items:
            return Written()
        try:
            with transaction.atomic():
                written = self._table.write(items)
                # Foreign keys are checked at the commit, which would blame nobody in particular.
                connection.check_constraints()
                return written
        except (IntegrityError, DataError, DomainError) as error:
            if len(items) == 1:
                refusal = Quarantined(QuarantineReason.REFUSED, detail=_why(error))
                return Written({items[0].id: refusal})
        middle = len(items) // 2
        first, second = self._write(items[:middle]), self._write(items[middle:])
        return Written({**first.refused, **second.refused}, [*first.todo, *second.todo])

    def _set_aside(self, records: _Records, tally: Tally, place: int, row: Row, why: Quarantined) -> None:
        content = preserved({column: cell for column, cell in row.items() if column not in SECRETS})
        old_id = content.get("id")
        shown = old_id if isinstance(old_id, str) else json.dumps(old_id) if old_id is not None else ""
        tally.quarantine(why.reason, shown)
        if self._run is None:
            return
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        own = f"{shown}:{place}" if why.reason in _NO_OWN_ID else shown
        records.quarantined.append(
            QuarantinedRow(
                id=new_id("quarantine", f"{self._table.table}:{digest}:{own}"),
                run=self._run,
                company_id=why.company_id,
                table=self._table.table,
                old_id=shown,
                reason=why.reason,
                problems={column: problem.value for column, problem in why.problems.items()},
                detail=why.detail,
                content=content,
            )
        )

    def _note(self, records: _Records, tally: Tally, items: Sequence[ToDo]) -> None:
        for item in items:
            tally.todo[item.kind] += 1
            if self._run is not None:
                records.todo.append(todo_item(self._run, item))


def _why(error: Exception) -> str:
    if isinstance(error, DomainError):
        return f"{error.code}: {error.message}"
    violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return violated or str(error).splitlines()[0]
