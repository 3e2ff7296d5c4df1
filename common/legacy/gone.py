"""Rows that are gone from the old file: what they made here goes too, unless people have made it theirs.

Things hang on one another, so the last of the plan goes first. Every batch takes its things and their rows of
the ledger away together; begun again, the search finds what is left.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID

from common.legacy.choices import ConflictKind, RowOutcome
from common.legacy.deciding import Conflict
from common.legacy.ledger import (
    LedgerRow,
    key_of,
    ledger_count,
    ledger_enter,
    ledger_forget,
    ledger_page,
    others_of,
    states,
)
from common.legacy.models import HandedOverCompany
from common.legacy.plan import TableImport, Tally
from common.legacy.records import conflicts_write, quarantine_leave
from common.legacy.services import REASON, checkpoint, import_lock, todo_forget
from common.legacy.table_import import Task
from common.legacy.writing import remove_halving
from common.security.tenancy import all_companies

_PAGE: Final = 5_000


def gone_remove(task: Task, entry: TableImport[Any], tallies: dict[str, Tally]) -> None:
    """Take away what ``entry`` had made of rows that are in the file no more; counts in ``tallies``."""
    with all_companies(REASON):
        if ledger_count(entry.name) == task.file.count(entry.table):
            # Every row of the file has its own in the ledger by now, so there are no others.
            return
    last = ""
    with closing(_keys_in(task, entry.table)) as keys:
        while True:
            with all_companies(REASON):
                page = ledger_page(entry.name, after=last, size=_PAGE)
            if not page:
                return
            if gone := _missing(keys, page):
                tallies[entry.name] = _Taker(task, entry, deepcopy(tallies[entry.name])).take(gone)
            last = page[-1].key


def _keys_in(task: Task, table: str) -> sqlite3.Connection:
    """The keys of all rows of a table of the file, in a private database that spills to the disk."""
    keys = sqlite3.connect("", isolation_level=None)
    keys.execute("CREATE TABLE keys (key TEXT PRIMARY KEY) WITHOUT ROWID")
    found = ((key_of({"id": cell}, place, task.facts, table),) for place, cell in task.file.ids(table))
    while batch := list(islice(found, _PAGE)):
        keys.executemany("INSERT OR IGNORE INTO keys VALUES (?)", batch)
    return keys


def _missing(keys: sqlite3.Connection, page: Sequence[LedgerRow]) -> list[LedgerRow]:
    query = "SELECT 1 FROM keys WHERE key = ?"
    return [row for row in page if keys.execute(query, [row.key]).fetchone() is None]


@dataclass
class _Fates:
    """What becomes of rows that are gone: those to forget, things to take away, rows to keep or hand on."""

    forget: list[str] = field(default_factory=list)
    take: dict[UUID, LedgerRow] = field(default_factory=dict)
    enter: list[LedgerRow] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def keep(self, row: LedgerRow, kind: ConflictKind, detail: str = "") -> None:
        """Leave the thing as it is here, and list it."""
        self.enter.append(row._replace(outcome=RowOutcome.KEPT))
        self.conflicts.append(Conflict(row.key, kind, row.target_id, row.company_id, detail))


class _Taker:
    """Deals with one page of rows that are gone, in a transaction of its own."""

    def __init__(self, task: Task, entry: TableImport[Any], tally: Tally) -> None:
        self._task = task
        self._entry = entry
        self._tally = tally

    def take(self, gone: Sequence[LedgerRow]) -> Tally:
        """Take away what can go; returns the tally afterwards."""
        entry, tally = self._entry, self._tally
        with all_companies(REASON):
            import_lock()
            fates = self._sort(gone)
            if fates.take:
                stay = remove_halving(entry.remove, list(fates.take))
                for thing, row in fates.take.items():
                    if thing in stay:
                        fates.keep(row, ConflictKind.MUST_STAY, stay[thing])
                    else:
                        fates.forget.append(row.key)
                        tally.removed += 1
                todo_forget(fates.take.keys() - stay.keys())
            quarantine_leave(entry.name, (row.key for row in gone if row.outcome == RowOutcome.QUARANTINED))
            ledger_forget(entry.name, fates.forget)
            ledger_enter(entry, fates.enter)
            conflicts_write(self._task.run, entry.name, fates.conflicts)
            tally.count_conflicts(conflict.kind for conflict in fates.conflicts)
            checkpoint(self._task.run, entry.name, tally.done, tally)
        return tally

    def _sort(self, gone: Sequence[LedgerRow]) -> _Fates:
        fates = _Fates()
        handed_over = set(HandedOverCompany.objects.values_list("pk", flat=True))
        things = {row.target_id for row in gone if row.has_thing and row.target_id}
        here = states(self._entry.account, things)
        heirs = (
            others_of(self._entry.name, list(things), [row.key for row in gone]) if self._entry.shared else {}
        )
        for row in gone:
            thing = row.target_id
            if thing is None or not row.has_thing or thing not in here or thing in fates.take:
                fates.forget.append(row.key)
            elif heir := heirs.get(thing):
                fates.forget.append(row.key)
                fates.enter.append(
                    heir._replace(outcome=RowOutcome.IMPORTED, state_hash=row.state_hash, run_id=row.run_id)
                )
            elif {row.company_id, here[thing].company_id} & handed_over:
                fates.keep(row, ConflictKind.LEFT_BEHIND)
            elif here[thing].hash != row.state_hash:
                fates.keep(row, ConflictKind.KEPT)
            else:
                fates.take[thing] = row
        return fates
