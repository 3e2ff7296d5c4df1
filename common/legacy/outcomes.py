"""What became of every row by the ledger, against what the mapper makes of the file today."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection

from common.legacy.account import state_sql
from common.legacy.choices import QuarantineState, RowOutcome
from common.legacy.compared import EXAMPLES
from common.legacy.ledger import CORRECTED
from common.legacy.plan import TableImport
from common.legacy.planning import as_a_whole
from common.legacy.staging import stage

_STAGE: Final = "mapped_batch"
_ALL: Final = "mapped_rows"
_COLUMNS: Final = {"key": "text", "outcome": "text", "target_id": "uuid", "company_id": "uuid"}
MappedRow = tuple[str, str, UUID | None, UUID | None]


@dataclass
class OutcomeCheck:
    """The two counts by outcome, and how their rows meet.

    ``agreeing`` rows are the same in both. Of the others, ``explained`` counts rows by why that is in order,
    ``unexplained`` by what is the matter; ``examples`` are keys of the latter.
    """

    counted: Counter[str] = field(default_factory=Counter)
    ledger: Counter[str] = field(default_factory=Counter)
    agreeing: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    unexplained: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The check as a JSON object."""
        names = ("counted", "ledger", "explained", "unexplained")
        return {name: dict(getattr(self, name)) for name in names} | {
            "agreeing": self.agreeing,
            "examples": self.examples,
        }


class OutcomeComparer:
    """Collects the mapped rows of one entry, in the caller's transaction, and compares them at the end."""

    def __init__(self, entry: TableImport[Any]) -> None:
        self._entry = entry
        declared = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{_ALL}")
            cursor.execute(f"CREATE TEMPORARY TABLE {_ALL} ({declared}) ON COMMIT DROP")

    def add(self, rows: Sequence[MappedRow]) -> None:
        """Take in one more batch."""
        with connection.cursor() as cursor:
            stage(cursor, _STAGE, _COLUMNS, rows)
            cursor.execute(f"INSERT INTO {_ALL} SELECT * FROM {_STAGE}")

    def check(self) -> OutcomeCheck:
        """Compare all that was taken in."""
        found = OutcomeCheck()
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {_ALL}")
            cursor.execute(f"SELECT outcome, count(*) FROM {_ALL} GROUP BY 1")
            found.counted.update(dict(cursor.fetchall()))
            cursor.execute(
                "SELECT outcome, count(*) FROM imported_rows WHERE name = %s GROUP BY 1", [self._entry.name]
            )
            found.ledger.update(dict(cursor.fetchall()))
            for query in (self._of_the_file(), self._of_the_ledger_alone()):
                with as_a_whole():
                    cursor.execute(
                        f"SELECT verdict, count(*), (array_agg(key ORDER BY key))[:{EXAMPLES}] FROM ({query}) v"
                        " GROUP BY 1"
                    )
                for verdict, count, keys in cursor.fetchall():
                    self._take(found, verdict, count, keys)
        return found

    @staticmethod
    def _take(found: OutcomeCheck, verdict: str, count: int, keys: list[str]) -> None:
        kind, _colon, what = verdict.partition(":")
        if kind == "agrees":
            found.agreeing += count
        elif kind == "explained":
            found.explained[what] += count
        else:
            found.unexplained[what] += count
            found.examples[what] = keys

    def _of_the_file(self) -> str:
        """A verdict on each row of the file."""
        carried = f"IN ('{RowOutcome.IMPORTED}', '{RowOutcome.MERGED}')"
        same = (
            f"l.target_id IS NOT DISTINCT FROM m.target_id"
            f" AND (l.outcome = m.outcome OR (l.outcome {carried} AND m.outcome {carried}))"
        )
        set_aside = f"m.outcome = '{RowOutcome.QUARANTINED}' AND l.outcome = '{RowOutcome.QUARANTINED}'"
        return f"""
            SELECT m.key, CASE
                WHEN l.key IS NULL THEN
                  CASE WHEN o.company_id IS NULL THEN 'unexplained:new' ELSE 'explained:left_behind' END
                WHEN {same} THEN 'agrees'
                WHEN {set_aside} THEN 'explained:stays_as_it_was'
                WHEN m.outcome {carried} AND l.outcome = '{RowOutcome.QUARANTINED}'
                  AND q.id IS NOT NULL THEN 'explained:refused'
                WHEN m.outcome = '{RowOutcome.QUARANTINED}' AND l.outcome {carried}
                  AND q.state = '{QuarantineState.IMPORTED}' THEN 'explained:corrected'
                WHEN m.outcome = '{RowOutcome.SKIPPED}' AND l.reason = '{CORRECTED}' THEN 'explained:corrected'
                WHEN o.company_id IS NOT NULL THEN 'explained:left_behind'
                ELSE 'unexplained:' || m.outcome || '_but_' || l.outcome
              END AS verdict
            FROM {_ALL} m
            LEFT JOIN imported_rows l ON l.name = '{self._entry.name}' AND l.key = m.key
            LEFT JOIN handed_over_companies o ON o.company_id = coalesce(m.company_id, l.company_id)
            LEFT JOIN quarantined_rows q ON q.entry = l.name AND q.key = l.key AND m.outcome <> l.outcome
        """

    def _of_the_ledger_alone(self) -> str:
        """A verdict on each row of the ledger that is no longer in the file."""
        account = self._entry.account
        here = f"(SELECT {account.key} AS id, {state_sql(account)} AS state FROM {account.source})"
        return f"""
            SELECT l.key, CASE
                WHEN o.company_id IS NOT NULL THEN 'explained:left_behind'
                WHEN l.outcome = '{RowOutcome.KEPT}' THEN 'explained:kept_here'
                WHEN l.outcome = '{RowOutcome.IMPORTED}' AND h.id IS NOT NULL
                  AND h.state IS DISTINCT FROM l.state_hash THEN 'explained:kept_here'
                ELSE 'unexplained:gone'
              END AS verdict
            FROM imported_rows l
            LEFT JOIN handed_over_companies o ON o.company_id = l.company_id
            LEFT JOIN {here} h ON h.id = l.target_id
            WHERE l.name = '{self._entry.name}'
              AND NOT EXISTS (SELECT FROM {_ALL} m WHERE m.key = l.key)
        """
