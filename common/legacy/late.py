"""Carrying single rows of the old file after its import, through the same mappers and writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.legacy.account import present
from common.legacy.choices import QuarantineReason, RowOutcome
from common.legacy.here import FactsHere
from common.legacy.ids import new_id
from common.legacy.ledger import CORRECTED, LedgerRow, ledger_enter, ledger_rows
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, ToDo
from common.legacy.models import ToDoItem
from common.legacy.plan import TableImport
from common.legacy.reader import Row
from common.legacy.refusals import IdHereError
from common.legacy.writing import Write, why, write_halving
from common.security.tenancy import all_companies

REASON = "a row of the old file that comes late; it was mapped within the scope of who carries it"


@dataclass(frozen=True)
class LateRow:
    """A row, where it stands in the ledger, and the run that met it; ``place`` is its place in the file."""

    key: str
    row: Row
    run_id: UUID
    place: int = -1


def carry(
    entry: TableImport[Any],
    rows: Sequence[LateRow],
    facts: FactsHere,
    guard: Callable[[TableImport[Any]], Write] = lambda entry: entry.write,
) -> list[Outcome[Any]]:
    """Bring ``rows`` here as ``entry`` of the plan of ``facts``; answers what became of each, in their order.

    In the caller's transaction. Rows are mapped in the caller's scope, so that they can refer to nothing out
    of its sight; ``guard`` is the entry's write with whatever else is to be checked about what is written.
    """
    facts.prepare(entry.table, [late.row for late in rows])
    outcomes = [entry.map(late.row, late.place) for late in rows]
    with all_companies(REASON):
        final, todo = _write(entry, outcomes, guard(entry))
        _enter(entry, rows, final)
        _note(rows, final, todo)
    return final


def _write(
    entry: TableImport[Any], outcomes: Sequence[Outcome[Any]], write: Write
) -> tuple[list[Outcome[Any]], Sequence[ToDo]]:
    items = {item.id: item for item in reversed(outcomes) if isinstance(item, Imported)}
    here = present(entry.account, set(items))
    written = write_halving(write, [item for key, item in reversed(items.items()) if key not in here])
    refused = Quarantined(QuarantineReason.REFUSED, detail=why(IdHereError()))

    def final(outcome: Outcome[Any]) -> Outcome[Any]:
        if not isinstance(outcome, Imported):
            return outcome
        if outcome.id in written.refused:
            return written.refused[outcome.id]
        if outcome.id in here or items[outcome.id] is not outcome:
            return Merged(outcome.id, outcome.company_id) if entry.shared else refused
        return outcome

    return [final(outcome) for outcome in outcomes], written.todo


def _enter(entry: TableImport[Any], rows: Sequence[LateRow], outcomes: Sequence[Outcome[Any]]) -> None:
    """Write into the ledger what became of those rows that came over, and what the new things are like now."""
    known = ledger_rows(entry.name, [late.key for late in rows])
    ledger_enter(
        entry,
        [
            _entered(late, outcome, known.get(late.key))
            for late, outcome in zip(rows, outcomes, strict=True)
            if isinstance(outcome, Imported | Merged)
        ],
    )


def _entered(late: LateRow, outcome: Imported[Any] | Merged, before: LedgerRow | None) -> LedgerRow:
    """The row as an import met it, with what became of it since; one that no run met is read anew by the next."""
    new = isinstance(outcome, Imported)
    return LedgerRow(
        key=late.key,
        outcome=RowOutcome.IMPORTED if new else RowOutcome.MERGED,
        reason=CORRECTED,
        target_id=outcome.id if isinstance(outcome, Imported) else outcome.into,
        company_id=outcome.company_id,
        run_id=before.run_id if before is not None else late.run_id,
        source_hash=before.source_hash if before is not None else 0,
        state_hash=None,
        written=new,
    )


def _note(rows: Sequence[LateRow], outcomes: Sequence[Outcome[Any]], found: Sequence[ToDo]) -> None:
    """What the rows leave for HR to do; what the write found is of the first row's run, as all usually are."""
    items = [
        (item, late.run_id)
        for late, outcome in zip(rows, outcomes, strict=True)
        if isinstance(outcome, Imported | Merged)
        for item in outcome.todo
    ]
    items += [(item, rows[0].run_id) for item in found]
    ToDoItem.objects.bulk_create(
        [
            ToDoItem(
                id=new_id("todo", f"{item.kind}:{item.subject_kind}:{item.subject_id}:{item.detail}"),
                run_id=run_id,
                company_id=item.company_id,
                kind=item.kind,
                subject_kind=item.subject_kind,
                subject_id=item.subject_id,
                subject_name=item.subject_name,
                detail=item.detail,
            )
            for item, run_id in items
        ],
        ignore_conflicts=True,
    )
