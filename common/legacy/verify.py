"""Whether what is here is what the file says: every row mapped anew, and compared with ledger and tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import connection

from common.legacy.choices import RowOutcome
from common.legacy.compared import Comparison, Expected
from common.legacy.comparison import Comparer
from common.legacy.fact_store import FileFacts
from common.legacy.ledger import key_of, source_hash
from common.legacy.mapper import Imported, Merged, Quarantined, Skipped
from common.legacy.outcomes import MappedRow, OutcomeCheck, OutcomeComparer
from common.legacy.plan import TableImport
from common.legacy.progress import Bar
from common.legacy.quarantine_account import QuarantineAccount, quarantine_account
from common.legacy.reader import LegacyFile, Row
from common.legacy.references import ReferenceCheck
from common.legacy.services import REASON
from common.security.tenancy import all_companies

_BATCH: Final = 5_000


@dataclass
class EntryCheck:
    """Everything that was compared of one entry of the plan."""

    name: str
    table: str
    source_rows: int
    outcomes: OutcomeCheck
    comparison: Comparison
    quarantine: QuarantineAccount
    references: Sequence[ReferenceCheck] = ()

    @property
    def differences(self) -> int:
        """How much there is without an explanation."""
        return (
            self.outcomes.unexplained.total()
            + self.comparison.unexplained
            + sum(column.differing or not column.equal for column in self.comparison.columns.values())
            + sum(bool(sums.unexplained) for sums in self.comparison.money.values())
            + self.quarantine.unexplained
            + sum(check.unresolved for check in self.references)
            + abs(self.source_rows - self.outcomes.counted.total())
        )


def verify_entry(file: LegacyFile, facts: FileFacts, entry: TableImport[Any], bar: Bar) -> EntryCheck:
    """Compare one entry of the plan, all of it in one transaction; raises SourceUnreadableError."""
    with all_companies(REASON):
        with connection.cursor() as cursor:
            # Longer than a request may take.
            cursor.execute("SET LOCAL statement_timeout = '10min'")
        return _Verifier(file, facts, entry, bar).run()


class _Verifier:
    def __init__(self, file: LegacyFile, facts: FileFacts, entry: TableImport[Any], bar: Bar) -> None:
        self._file = file
        self._facts = facts
        self._entry = entry
        self._bar = bar
        # Of things that several rows make; such things are few.
        self._made: set[UUID] = set()

    def run(self) -> EntryCheck:
        entry = self._entry
        rows, done = self._file.count(entry.table), 0
        outcomes = OutcomeComparer(entry)
        comparer = Comparer(entry.name, entry.account)
        for batch in self._batches():
            mapped, expected = self._map(batch)
            outcomes.add(mapped)
            if expected:
                comparer.add(expected)
            done += len(batch)
            self._bar.show(entry.name, done, rows)
        return EntryCheck(
            name=entry.name,
            table=entry.table,
            source_rows=rows,
            outcomes=outcomes.check(),
            comparison=comparer.found,
            quarantine=quarantine_account(entry.name),
        )

    def _batches(self) -> Iterator[list[tuple[int, Row]]]:
        rows = self._file.placed(self._entry.table)
        while batch := list(islice(rows, _BATCH)):
            yield batch

    def _map(self, batch: Sequence[tuple[int, Row]]) -> tuple[list[MappedRow], list[Expected]]:
        entry = self._entry
        self._facts.prepare(entry.table, [row for _place, row in batch])
        mapped: list[MappedRow] = []
        expected: list[Expected] = []
        for place, row in batch:
            outcome = entry.map(row, place)
            key = key_of(row, place, self._facts, entry.table)
            match outcome:
                case Imported() if entry.shared and outcome.id in self._made:
                    mapped.append((key, RowOutcome.MERGED, outcome.id, outcome.company_id))
                case Imported():
                    if entry.shared:
                        self._made.add(outcome.id)
                    mapped.append((key, RowOutcome.IMPORTED, outcome.id, outcome.company_id))
                    hashed = source_hash(row, self._facts, entry.table)
                    expected.append(Expected(key, hashed, outcome.id, outcome.company_id, outcome.args))
                case Merged():
                    mapped.append((key, RowOutcome.MERGED, outcome.into, outcome.company_id))
                case Quarantined():
                    mapped.append((key, RowOutcome.QUARANTINED, None, outcome.company_id))
                case Skipped():
                    mapped.append((key, RowOutcome.SKIPPED, None, None))
        return mapped, expected
