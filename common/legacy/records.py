"""What a batch leaves beside its things: rows set aside, work for HR, and conflicts, by COPY like all else."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import connection

from common.legacy.choices import QuarantineReason, QuarantineState
from common.legacy.content import preserved, shown_id
from common.legacy.deciding import Conflict, Decisions, Seen
from common.legacy.ids import new_id
from common.legacy.ledger import LedgerRow
from common.legacy.mapper import Quarantined, ToDo
from common.legacy.models import ImportConflict, ImportRun, QuarantinedRow
from common.legacy.monolith import SECRETS
from common.legacy.plan import TableImport, Tally
from common.legacy.services import REASON
from common.legacy.staging import stage
from common.security.encryption.fields import encrypted_field
from common.security.tenancy import all_companies

# The admin has them all.
MOST_CONFLICTS: Final = 10_000
# Rows without an id of their own are told apart by their place in the file.
_NO_OWN_ID: Final = frozenset({QuarantineReason.MISSING_ID, QuarantineReason.REPEATED_ID})
_QUARANTINE: Final = {
    "id": "uuid",
    "company_id": "uuid",
    "old_id": "text",
    "key": "text",
    "reason": "text",
    "problems": "jsonb",
    "detail": "text",
    "content": "text",
}
_TODO: Final = {
    "id": "uuid",
    "company_id": "uuid",
    "kind": "text",
    "subject_kind": "text",
    "subject_id": "uuid",
    "subject_name": "text",
    "detail": "text",
}
_CONFLICTS: Final = {
    "key": "text",
    "kind": "text",
    "target_id": "uuid",
    "company_id": "uuid",
    "detail": "text",
}


def records_write(
    run: ImportRun, entry: TableImport[Any], made: Decisions, todo: Sequence[ToDo], tally: Tally
) -> None:
    """Write down what a batch decided, in its transaction; what is there already is not written twice."""
    _write_quarantine(run, entry, made)
    todo_add(run, todo)
    conflicts_write(run, entry.name, made.conflicts)
    tally.todo.update(item.kind for item in todo)
    tally.count_conflicts(conflict.kind for conflict in made.conflicts)


def corrected_among(
    entry: TableImport[Any], rows: Iterable[tuple[Seen, Quarantined, LedgerRow]]
) -> frozenset[str]:
    """The keys of those rows that somebody corrected here, so that they came over as something else."""
    ids = {_quarantine_id(entry.table, seen, why): seen.key for seen, why, _known in rows}
    if not ids:
        return frozenset()
    found = QuarantinedRow.objects.filter(pk__in=list(ids), state=QuarantineState.IMPORTED)
    return frozenset(ids[key] for key in found.values_list("pk", flat=True))


def todo_add(run: ImportRun, items: Iterable[ToDo]) -> None:
    """List work for HR, unless it was listed before; what somebody has done stays done."""
    rows = {
        (row := _todo_row(item))[0]: row
        for item in items
    }  # fmt: skip
    if rows:
        _insert("todo_items", _TODO, rows.values(), {"run_id": run.pk}, "ON CONFLICT DO NOTHING")


def conflicts_write(run: ImportRun, name: str, conflicts: Sequence[Conflict]) -> None:
    """List what was decided where both sides have their say."""
    rows = [(one.key, one.kind, one.target_id, one.company_id, one.detail) for one in conflicts]
    if rows:
        _insert("import_conflicts", _CONFLICTS, rows, {"run_id": run.pk, "name": name})


def conflicts_of(run: ImportRun) -> list[dict[str, str]]:
    """What the run listed, as JSON; the first of very many."""
    columns = ("name", "key", "kind", "target_id", "company_id", "detail")
    with all_companies(REASON):
        found = ImportConflict.objects.filter(run=run).order_by("name", "kind", "key").values_list(*columns)
        return [
            {column: str(cell) for column, cell in zip(columns, row, strict=True) if cell}
            for row in found[:MOST_CONFLICTS]
        ]


def _write_quarantine(run: ImportRun, entry: TableImport[Any], made: Decisions) -> None:
    rows = {row[0]: row for row in (_quarantine_row(entry.table, seen, why) for seen, why in made.set_aside)}
    quarantine_leave(entry.name, made.left, but=rows)
    if made.came:
        _note_came(entry.name, made.came)
    if rows:
        # Only what is wrong may be other than when the same row was set aside before.
        renewed = ", ".join(
            f"{name} = excluded.{name}" for name in ("company_id", "reason", "problems", "detail")
        )
        _insert(
            "quarantined_rows",
            _QUARANTINE,
            rows.values(),
            {"run_id": run.pk, "table": entry.table, "entry": entry.name},
            f"ON CONFLICT (id) DO UPDATE SET {renewed}"
            f" WHERE quarantined_rows.state = '{QuarantineState.WAITING}'",
        )


def quarantine_leave(name: str, keys: Iterable[str], but: Iterable[UUID] = ()) -> None:
    """Forget rows of these keys that wait to be decided about: they are no longer as they were set aside."""
    wanted = list(keys)
    if wanted:
        waiting = QuarantinedRow.objects.filter(entry=name, key__in=wanted, state=QuarantineState.WAITING)
        gone = list(waiting.exclude(pk__in=list(but)).values_list("pk", flat=True))
        if gone:
            # What was done about them goes with them, which only this function may remove.
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM quarantine_actions_leave(%s)", [gone])
                cursor.execute("DELETE FROM quarantined_rows WHERE id = ANY(%s)", [gone])


def _note_came(name: str, came: dict[str, UUID]) -> None:
    """Rows that waited to be decided about came over by themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE quarantined_rows q SET state = %s, target_id = c.target_id, decided_at = now()"
            " FROM unnest(%s::text[], %s::uuid[]) AS c(key, target_id)"
            " WHERE q.entry = %s AND q.key = c.key AND q.state = %s",
            [QuarantineState.IMPORTED, list(came), list(came.values()), name, QuarantineState.WAITING],
        )


def _insert(
    table: str,
    columns: dict[str, str],
    rows: Iterable[Sequence[Any]],
    constants: dict[str, Any],
    conflict: str = "",
) -> None:
    names = ", ".join(f'"{name}"' for name in (*constants, *columns))
    marks = ", ".join(["%s"] * len(constants) + [f's."{name}"' for name in columns])
    with connection.cursor() as cursor:
        stage(cursor, f"staged_{table}", columns, rows)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {marks} FROM staged_{table} s {conflict}",
            list(constants.values()),
        )


def _todo_row(item: ToDo) -> tuple[Any, ...]:
    """The same item has the same id however often it is found."""
    key = f"{item.kind}:{item.subject_kind}:{item.subject_id}:{item.detail}"
    return (
        new_id("todo", key), item.company_id, item.kind.value, item.subject_kind.value, item.subject_id,
        item.subject_name, item.detail,
    )  # fmt: skip


def _quarantine_row(table: str, seen: Seen, why: Quarantined) -> tuple[Any, ...]:
    row_id = _quarantine_id(table, seen, why)
    return (
        row_id,
        why.company_id,
        shown_id(seen.row),
        seen.key,
        why.reason.value,
        json.dumps({column: problem.value for column, problem in why.problems.items()}),
        why.detail,
        encrypted_field(QuarantinedRow, "content").sealed(_content(seen), row_id),
    )


def _quarantine_id(table: str, seen: Seen, why: Quarantined) -> UUID:
    """Of the row itself, so that it is set aside once however often its file is imported."""
    digest = hashlib.sha256(json.dumps(_content(seen), sort_keys=True).encode()).hexdigest()
    shown = shown_id(seen.row)
    own = f"{shown}:{seen.place}" if why.reason in _NO_OWN_ID else shown
    return new_id("quarantine", f"{table}:{digest}:{own}")


def _content(seen: Seen) -> dict[str, Any]:
    return preserved({column: cell for column, cell in seen.row.items() if column not in SECRETS})
