"""Carrying single rows of the old file after its import, through the same mappers and writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from common.legacy.account import present, state_sql
from common.legacy.choices import QuarantineReason, RowOutcome
from common.legacy.here import FactsHere
from common.legacy.ids import new_id
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
    here = _existing(entry, set(items))
    written = write_halving(write, [item for key, item in reversed(items.items()) if key not in here])
    refused = Quarantined(QuarantineReason.REFUSED, detail=why(IdHereError()))

    def final(outcome: Outcome[Any]) -> Outcome[Any]:
        if not isinstance(outcome, Imported):
            return outcome
        if outcome.id in written.refused:
            return written.refused[outcome.id]
        if outcome.id in here or items[outcome.id] is not outcome:
            return Merged(into=outcome.id) if entry.shared else refused
        return outcome

    return [final(outcome) for outcome in outcomes], written.todo


def _existing(entry: TableImport[Any], ids: set[UUID]) -> set[UUID]:
    if entry.existing is not None:
        return entry.existing(ids)
    return present(entry.account, ids) if entry.account else set()


def _enter(entry: TableImport[Any], rows: Sequence[LateRow], outcomes: Sequence[Outcome[Any]]) -> None:
    """Write into the ledger what became of those rows that came over, and what the new things are like now."""
    entered = [
        (late.key, _outcome_in_ledger(outcome), _target(outcome), late.run_id)
        for late, outcome in zip(rows, outcomes, strict=True)
        if isinstance(outcome, Imported | Merged)
    ]
    if not entered:
        return
    if entry.account is None:
        state = "SELECT NULL::uuid AS id, NULL::uuid AS company_id, NULL::bigint AS state"
    else:
        state = (
            f"SELECT {entry.account.key} AS id, {entry.account.company or 'NULL::uuid'} AS company_id,"
            f" {state_sql(entry.account)} AS state"
            f" FROM {entry.account.source} WHERE {entry.account.key} = ANY(%(targets)s)"
        )
    keys, kinds, targets, runs = (list(column) for column in zip(*entered, strict=True))
    with connection.cursor() as cursor:
        # A row that no run has met here has no hash: the next run reads it anew.
        cursor.execute(
            "INSERT INTO imported_rows"
            " (name, key, outcome, target_id, company_id, run_id, source_hash, state_hash)"
            " SELECT %(name)s, r.key, r.outcome, r.target_id, t.company_id, r.run_id, 0,"
            f" CASE r.outcome WHEN '{RowOutcome.IMPORTED}' THEN t.state END"
            " FROM unnest(%(keys)s::text[], %(kinds)s::text[], %(targets)s::uuid[], %(runs)s::uuid[])"
            f" AS r (key, outcome, target_id, run_id) LEFT JOIN ({state}) t ON t.id = r.target_id"
            " ON CONFLICT (name, key) DO UPDATE SET outcome = EXCLUDED.outcome,"
            " target_id = EXCLUDED.target_id, company_id = EXCLUDED.company_id,"
            " state_hash = EXCLUDED.state_hash",
            {"name": entry.name, "keys": keys, "kinds": kinds, "targets": targets, "runs": runs},
        )


def _outcome_in_ledger(outcome: Imported[Any] | Merged) -> str:
    return RowOutcome.IMPORTED if isinstance(outcome, Imported) else RowOutcome.MERGED


def _target(outcome: Imported[Any] | Merged) -> UUID:
    return outcome.id if isinstance(outcome, Imported) else outcome.into


def _note(rows: Sequence[LateRow], outcomes: Sequence[Outcome[Any]], found: Sequence[ToDo]) -> None:
    """What the rows leave for HR to do; what the write found is of the first row's run, as all usually are."""
    items = [
        (item, late.run_id)
        for late, outcome in zip(rows, outcomes, strict=True)
        if isinstance(outcome, Imported)
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
