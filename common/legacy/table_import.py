"""The import of one old table as one entry of the plan, a batch at a time.

A batch is one transaction: its things, their events, the rows set aside, the work for HR, the ledger, and the
checkpoint. So a killed import has done whole batches only, and goes on after the last one.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from common.legacy.ahead import one_ahead
from common.legacy.deciding import Decider, Seen, is_settled
from common.legacy.fact_store import FileFacts
from common.legacy.ledger import (
    LedgerRow,
    key_of,
    ledger_enter,
    ledger_knows,
    ledger_rows,
    source_hash,
    states,
)
from common.legacy.mapper import Imported, Merged, Quarantined, ToDo
from common.legacy.models import HandedOverCompany, ImportRun
from common.legacy.plan import Progress, TableImport, Tally
from common.legacy.reader import LegacyFile, Row
from common.legacy.records import corrected_among, records_write
from common.legacy.services import REASON, checkpoint, import_lock
from common.legacy.writing import write_halving
from common.security.tenancy import all_companies


@dataclass(frozen=True)
class Task:
    """What is imported by whom: the file, its facts, the run, and how it is done.

    With ``incremental`` things follow their rows, and rows that are as they were are not even mapped, unless
    ``anew``, since the rules have changed.
    """

    file: LegacyFile
    facts: FileFacts
    run: ImportRun
    batch_size: int
    progress: Progress
    incremental: bool = False
    anew: bool = False

    @property
    def maps_all(self) -> bool:
        """Whether every row is mapped, whatever is known of it."""
        return self.anew or not self.incremental


class TableImporter:
    """The import of one entry of the plan."""

    def __init__(self, task: Task, entry: TableImport[Any]) -> None:
        self._task = task
        self._entry = entry

    def run(self, tallies: dict[str, Tally]) -> None:
        """Import what is left of the table; ``tallies`` has its state after each committed batch."""
        name = self._entry.name
        with all_companies(REASON):
            known = ledger_knows(name, besides=self._task.run.pk)
        batches = self._batches(tallies[name].place)
        # Otherwise the mappers ask the facts while the next batch does.
        for seen in one_ahead(batches) if self._task.maps_all else batches:
            tallies[name] = self._import(tallies[name], seen, known=known)
            self._task.progress(name, tallies[name].done, tallies[name].source_rows)

    def _batches(self, after: int | None) -> Iterator[list[Seen]]:
        rows = self._task.file.placed(self._entry.table, after=after)
        while batch := list(islice(rows, self._task.batch_size)):
            yield self._look(batch)

    def _import(self, before: Tally, seen: Sequence[Seen], *, known: bool) -> Tally:
        task, tally = self._task, deepcopy(before)
        with all_companies(REASON):
            import_lock()
            if known:
                self._recall(seen)
            decider, fresh = self._decide(seen, tally)
            todo = [item for row in fresh if isinstance(row.outcome, Merged) for item in row.outcome.todo]
            todo += self._write(decider)
            todo += self._change(decider)
            tally.done += len(seen)
            tally.place = seen[-1].place
            records_write(task.run, self._entry, decider.made, todo, tally)
            ledger_enter(self._entry, decider.made.entries.values())
            tally.changed += self._count_changed(decider)
            checkpoint(task.run, self._entry.name, before.done, tally)
        return tally

    def _look(self, batch: Sequence[tuple[int, Row]]) -> list[Seen]:
        """What the file says of rows, mapped if all of them are to be."""
        facts, table = self._task.facts, self._entry.table
        facts.prepare(table, [row for _place, row in batch])
        found = [
            Seen(place, row, key_of(row, place, facts, table), source_hash(row, facts, table), None)
            for place, row in batch
        ]
        if self._task.maps_all:
            self._map(found)
        return found

    def _map(self, seen: Iterable[Seen]) -> None:
        for row in seen:
            row.outcome = self._entry.map(row.row, row.place)

    def _recall(self, seen: Sequence[Seen]) -> None:
        known = ledger_rows(self._entry.name, [row.key for row in seen])
        for row in seen:
            row.known = known.get(row.key)

    def _decide(self, seen: Sequence[Seen], tally: Tally) -> tuple[Decider, list[Seen]]:
        """Map what may have changed, unless that is done, and decide about every row; returns the mapped ones, too."""
        task, entry = self._task, self._entry
        handed_over = set(HandedOverCompany.objects.values_list("pk", flat=True))
        settled: list[tuple[Seen, LedgerRow]] = []
        fresh: list[Seen] = []
        for row in seen:
            if not task.maps_all and row.known and is_settled(row, row.known, handed_over):
                settled.append((row, row.known))
            else:
                fresh.append(row)
        if not task.maps_all:
            self._map(fresh)
        decider = Decider(
            task.run.pk,
            incremental=task.incremental,
            shared=entry.shared,
            here=states(entry.account, _things_of(fresh)),
            handed_over=handed_over,
            tally=tally,
        )
        for row, known in settled:
            decider.settled(row, known)
        for row in fresh:
            decider.decide(row)
        decider.settle_doubtful(corrected_among(entry, decider.made.doubtful))
        return decider, fresh

    def _write(self, decider: Decider) -> list[ToDo]:
        """Make the new things."""
        items = list(decider.made.write.values())
        written = write_halving(self._entry.write, [item for _row, item in items])
        todo = [*written.todo]
        for row, item in items:
            if refusal := written.refused.get(item.id):
                decider.set_aside(row, _of_company(refusal, item))
            else:
                decider.wrote(row, item)
                todo += item.todo
        return todo

    def _change(self, decider: Decider) -> list[ToDo]:
        """Bring things to what their rows say now."""
        if not decider.made.change:
            return []
        items = list(decider.made.change.values())
        written = write_halving(self._entry.change, [item for _row, item, _known in items])
        todo = [*written.todo]
        for row, item, known in items:
            if refusal := written.refused.get(item.id):
                decider.stays_as_it_was(row, _of_company(refusal, item), known)
            else:
                decider.changed(row, item, known)
                todo += item.todo
        return todo

    def _count_changed(self, decider: Decider) -> int:
        """How many of the things that follow their rows are other than before."""
        now = states(self._entry.account, decider.made.change)
        return sum(decider.before(key) != now.get(key) for key in decider.made.change)


def _things_of(seen: Sequence[Seen]) -> set[UUID]:
    """The things that the rows make and made."""
    makes = {row.outcome.id for row in seen if isinstance(row.outcome, Imported)}
    return makes | {row.known.target_id for row in seen if row.known and row.known.target_id}


def _of_company(refusal: Quarantined, item: Imported[Any]) -> Quarantined:
    """So that the company's own HR sees a row that the database refused."""
    return refusal if refusal.company_id else replace(refusal, company_id=item.company_id)
