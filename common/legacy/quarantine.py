"""Deciding about rows that were set aside: correcting and importing them after all, or discarding them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from common.contracts.rights import LEVELS
from common.legacy import old_employees
from common.legacy.choices import QuarantineReason, QuarantineState, QuarantineStep
from common.legacy.content import Json, restored
from common.legacy.corrected_employees import employee_rows_tell
from common.legacy.facts import Facts
from common.legacy.here import FactsHere
from common.legacy.late import LateRow, carry
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped
from common.legacy.models import QuarantineAction, QuarantinedRow
from common.legacy.plan import Plan, TableImport, Written
from common.legacy.plans import make_plan, service_plan
from common.legacy.reader import Row
from common.legacy.refusals import ForeignRowError, NotTakenError, RoleTooHighError, RowDecidedError
from common.legacy.services import import_lock
from common.legacy.values import ValueRefusedError
from common.legacy.words import ROLES, word
from common.legacy.writing import Write, why
from common.security.principal import Principal


@dataclass(frozen=True)
class Verdict:
    """What became of a row that somebody wanted to import: the thing ``target_id``, or why it still waits."""

    row: QuarantinedRow
    target_id: UUID | None = None
    company_id: UUID | None = None
    refusal: Quarantined | None = None


def corrected(row: QuarantinedRow) -> Row:
    """The old row with what people corrected."""
    return restored({**row.content, **row.corrections})


def row_correct(row_id: UUID, corrections: Mapping[str, Json], *, by: Principal) -> QuarantinedRow:
    """Keep ``corrections`` beside a waiting row; a column with its old value is not corrected any more.

    Raises RowDecidedError.
    """
    with transaction.atomic():
        (row,) = _waiting([row_id])
        wanted = {column: cell for column, cell in corrections.items() if row.content.get(column) != cell}
        kept = {column: cell for column, cell in row.corrections.items() if column not in corrections}
        changed = sorted(
            column
            for column in corrections
            if corrections[column] != row.corrections.get(column, row.content.get(column))
        )
        row.corrections = kept | wanted
        if changed:
            row.save(update_fields=["corrected"])
            _remember([row], QuarantineStep.CORRECTED, by, columns=changed)
    return row


def rows_reimport(ids: Collection[UUID], *, by: Principal, dry_run: bool = False) -> list[Verdict]:
    """Import waiting rows as they are corrected, in one transaction; those still refused go on waiting.

    What cannot be imported says why it cannot now. A dry run takes everything back. In the caller's scope.
    Raises RowDecidedError.
    """
    with transaction.atomic():
        import_lock()
        rows = _waiting(ids)
        with transaction.atomic():
            verdicts = _carried(rows, by)
            if dry_run:
                transaction.set_rollback(True)
        if not dry_run:
            _keep(verdicts, by)
            employee_rows_tell(
                {
                    verdict.target_id: (key_of(verdict.row), corrected(verdict.row))
                    for verdict in verdicts
                    if verdict.target_id is not None and verdict.row.table == old_employees.TABLE
                }
            )
    return verdicts


def rows_discard(ids: Collection[UUID], *, reason: str, by: Principal) -> int:
    """Discard waiting rows, which stay readable; returns how many. Raises RowDecidedError."""
    with transaction.atomic():
        rows = _waiting(ids)
        QuarantinedRow.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=QuarantineState.DISCARDED,
            decided_at=timezone.now(),
            decided_by=by.id,
            discard_reason=reason,
        )
        _remember(rows, QuarantineStep.DISCARDED, by, detail=reason)
    return len(rows)


def rows_put_back(ids: Collection[UUID], *, by: Principal) -> int:
    """Let discarded rows wait again; returns how many were discarded."""
    with transaction.atomic():
        discarded = QuarantinedRow.objects.filter(pk__in=ids, state=QuarantineState.DISCARDED)
        rows = list(discarded.select_for_update())
        QuarantinedRow.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=QuarantineState.WAITING, decided_at=None, decided_by=None, discard_reason=""
        )
        _remember(rows, QuarantineStep.PUT_BACK, by)
    return len(rows)


def _waiting(ids: Collection[UUID]) -> list[QuarantinedRow]:
    """The rows, locked, in the order in which they were set aside."""
    rows = QuarantinedRow.objects.filter(pk__in=ids, state=QuarantineState.WAITING)
    found = list(rows.order_by("created_at", "id").select_for_update())
    if len(found) != len(set(ids)):
        raise RowDecidedError
    return found


def _carried(rows: Sequence[QuarantinedRow], by: Principal) -> list[Verdict]:
    """Table by table in the order of the plan: what one row brings, another may refer to."""
    facts = FactsHere(plan=make_plan(service_plan(), Facts()))
    plan = make_plan(service_plan(), facts)
    too_high = Quarantined(QuarantineReason.REFUSED, detail=why(RoleTooHighError()))
    outcomes: dict[UUID, Outcome[Any]] = {row.pk: too_high for row in rows if _gives_too_much(row, by)}
    chosen = {row.pk: _entry_of(row, plan) for row in rows if row.pk not in outcomes}
    for entry in plan:
        of_entry = [row for row in rows if chosen.get(row.pk) is entry]
        if of_entry:
            late = [LateRow(key_of(row), corrected(row), row.run_id, _place(row)) for row in of_entry]
            found = carry(entry, late, facts, partial(_guarded, by=by))
            outcomes.update((row.pk, outcome) for row, outcome in zip(of_entry, found, strict=True))
    return [_verdict(row, outcomes.get(row.pk)) for row in rows]


def _entry_of(row: QuarantinedRow, plan: Plan) -> TableImport[Any] | None:
    entries = [entry for entry in plan if entry.table == row.table]
    return next((entry for entry in entries if entry.name == row.entry), entries[0] if entries else None)


def _gives_too_much(row: QuarantinedRow, by: Principal) -> bool:
    """Whether the row would give an account a role as high as the person's own."""
    try:
        role = word(corrected(row).get("role"), known=ROLES, default="")
    except ValueRefusedError:
        return False
    return not by.all_companies and LEVELS.get(role, 0) >= by.level


def _place(row: QuarantinedRow) -> int:
    """Only a row without an id of its own is told apart by its place."""
    return int(row.key[1:]) if row.key.startswith("#") and row.key[1:].isdigit() else -1


def key_of(row: QuarantinedRow) -> str:
    """Where the row stands in the ledger."""
    return row.key or row.old_id


def _verdict(row: QuarantinedRow, outcome: Outcome[Any] | None) -> Verdict:
    """A row that belonged to no company is its company's from now on."""
    match outcome:
        case Imported():
            return Verdict(row, target_id=outcome.id, company_id=outcome.company_id)
        case Merged():
            return Verdict(row, target_id=outcome.into, company_id=outcome.company_id)
        case Quarantined():
            return Verdict(row, refusal=outcome)
        case Skipped() | None:
            return Verdict(row, refusal=Quarantined(QuarantineReason.REFUSED, detail=why(NotTakenError())))


def _guarded(entry: TableImport[Any], *, by: Principal) -> Write:
    """The entry's write for ``by``, who brings things of their own company only."""
    if by.all_companies:
        return entry.write

    def write(items: Sequence[Imported[Any]]) -> Written:
        written = entry.write(items)
        _check_company(entry, {item.id for item in items} - written.refused.keys(), by)
        return written

    return write


def _check_company(entry: TableImport[Any], ids: Collection[UUID], by: Principal) -> None:
    """Raise ForeignRowError when something among ``ids`` is not of the person's company."""
    account = entry.account
    if account.company is None:
        raise ForeignRowError
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {account.source} WHERE {account.key} = ANY(%s) AND {account.company} = %s",
            [list(ids), by.company_id],
        )
        if cursor.fetchone()[0] != len(ids):
            raise ForeignRowError


def _keep(verdicts: Iterable[Verdict], by: Principal) -> None:
    now = timezone.now()
    for verdict in verdicts:
        row = verdict.row
        if verdict.refusal is None:
            row.company_id = verdict.company_id or row.company_id
            row.state, row.decided_at, row.decided_by = QuarantineState.IMPORTED, now, by.id
            row.target_id = verdict.target_id
            _remember([row], QuarantineStep.IMPORTED, by)
        else:
            row.reason, row.detail = verdict.refusal.reason, verdict.refusal.detail
            row.problems = {column: problem.value for column, problem in verdict.refusal.problems.items()}
            _remember([row], QuarantineStep.REFUSED, by, detail=row.detail)
        row.save(
            update_fields=[
                "company_id", "state", "decided_at", "decided_by", "target_id", "reason", "detail", "problems"
            ]
        )  # fmt: skip


def _remember(
    rows: Iterable[QuarantinedRow],
    step: QuarantineStep,
    by: Principal,
    *,
    columns: Sequence[str] = (),
    detail: str = "",
) -> None:
    QuarantineAction.objects.bulk_create(
        [
            QuarantineAction(
                row=row,
                company_id=row.company_id,
                step=step,
                columns=list(columns),
                detail=detail,
                by=by.id,
                by_name=str(by),
            )
            for row in rows
        ]
    )
