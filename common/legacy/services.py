"""Writes of the import's own records."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from common.legacy.choices import RunState
from common.legacy.errors import AnotherImportError
from common.legacy.models import ImportRun, ImportTable, ToDoItem
from common.legacy.plan import Tally
from common.security.tenancy import all_companies

REASON = "legacy import"
_BATCH = 1_000


def import_lock() -> None:
    """Let one batch of any import into this database run at a time, until the transaction ends.

    A batch may take longer than a request, wait longer for what a request holds, and sort its rows in memory.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL statement_timeout = '10min'; SET LOCAL lock_timeout = '1min'; SET LOCAL work_mem = '32MB'"
        )
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('legacy import'))")


def run_start(
    *,
    name: str,
    source: str,
    fingerprint: str,
    source_rows: Mapping[str, int],
    rules: str = "",
    incremental: bool = False,
) -> ImportRun:
    """The interrupted run of the same file, or a new one; with an entry for each of ``source_rows``."""
    with all_companies(REASON):
        import_lock()
        run = ImportRun.objects.filter(fingerprint=fingerprint, state=RunState.RUNNING).first()
        if run is None:
            run = ImportRun.objects.create(
                name=name, source=source, fingerprint=fingerprint, rules=rules, incremental=incremental
            )
        ImportTable.objects.bulk_create(
            [ImportTable(run=run, name=table, source_rows=rows) for table, rows in source_rows.items()],
            ignore_conflicts=True,
        )
        return run


def last_finished() -> ImportRun | None:
    """The last run, if it came to its end and was not taken back."""
    with all_companies(REASON):
        last = ImportRun.objects.order_by("created_at", "id").last()
    return last if last is not None and last.state == RunState.FINISHED else None


def rules_in_use() -> set[str]:
    """By which rules the last finished run and all since have read their files."""
    with all_companies(REASON):
        runs = ImportRun.objects.order_by("-created_at", "-id").values_list("rules", "state")
        found: set[str] = set()
        for rules, state in runs.iterator():
            found.add(rules)
            if state == RunState.FINISHED:
                break
        return found


def run_finish(run: ImportRun) -> None:
    """Close the run: importing its file again is a new one."""
    with all_companies(REASON):
        ImportRun.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished_at=Now())


def tallies_of(run: ImportRun) -> dict[str, Tally]:
    """How far the run came, by table."""
    with all_companies(REASON):
        return {table.name: _tally(table) for table in run.tables.all()}


def checkpoint(run: ImportRun, name: str, before: int, tally: Tally) -> None:
    """Write down how far the run came with a table, in the batch's own transaction.

    Raises AnotherImportError when somebody else has moved the run on since ``before`` rows were done.
    """
    moved = ImportTable.objects.filter(run=run, name=name, done=before).update(
        details=tally.details(), place=tally.place, **tally.numbers()
    )
    if not moved:
        raise AnotherImportError("Another import of the same file is running; let it finish.")


def todo_close(*, subject_ids: Iterable[UUID], kinds: Iterable[str]) -> int:
    """Take items of these kinds about these subjects off the list: an import did what they ask for."""
    waiting = ToDoItem.objects.filter(
        subject_id__in=list(subject_ids), kind__in=list(kinds), resolved_at__isnull=True
    )
    return waiting.update(resolved_at=timezone.now())


def todo_forget(subject_ids: Iterable[UUID]) -> None:
    """Forget what there was to do about things that are here no more."""
    ToDoItem.objects.filter(subject_id__in=list(subject_ids)).delete()


def todo_resolve(*, ids: Iterable[UUID], by: UUID) -> int:
    """Mark to-do items as done by the person ``by``, in the caller's scope; returns how many were waiting."""
    waiting = ToDoItem.objects.filter(pk__in=list(ids), resolved_at=None)
    return waiting.update(resolved_at=timezone.now(), resolved_by=by)


def todo_reopen(*, ids: Iterable[UUID]) -> int:
    """Put to-do items back on the list, in the caller's scope; returns how many were done."""
    return ToDoItem.objects.filter(pk__in=list(ids), resolved_at__isnull=False).update(
        resolved_at=None, resolved_by=None
    )


def _tally(table: ImportTable) -> Tally:
    details: dict[str, Any] = table.details
    return Tally(
        source_rows=table.source_rows,
        done=table.done,
        place=table.place,
        imported=table.imported,
        unchanged=table.unchanged,
        merged=table.merged,
        quarantined=table.quarantined,
        skipped=table.skipped,
        changed=table.changed,
        removed=table.removed,
        conflicts=table.conflicts,
        examples=details.get("examples", {}),
        reasons=Counter(details.get("reasons", {})),
        rules=Counter(details.get("rules", {})),
        todo=Counter(details.get("todo", {})),
        conflict_kinds=Counter(details.get("conflict_kinds", {})),
    )
