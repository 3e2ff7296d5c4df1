"""The rows set aside, explained: why, what is wrong in which column, and what HR made of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from common.legacy.choices import RowOutcome


@dataclass
class QuarantineAccount:
    """Counts by reason, by column and problem, and by state; ``unexplained`` rows have no reason on record."""

    rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    unexplained: int = 0

    @property
    def explained(self) -> bool:
        """Whether there is a reason for every row."""
        return not self.unexplained

    def as_json(self) -> dict[str, Any]:
        """The account as a JSON object."""
        names = ("reasons", "problems", "states")
        return {"rows": self.rows, "unexplained": self.unexplained} | {
            name: dict(getattr(self, name)) for name in names
        }


def quarantine_account(name: str) -> QuarantineAccount:
    """What the records say of the rows of the entry ``name``, in the caller's scope."""
    found = QuarantineAccount()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reason, state, count(*) FROM quarantined_rows WHERE entry = %s GROUP BY 1, 2", [name]
        )
        for reason, state, count in cursor.fetchall():
            found.rows += count
            found.reasons[reason] += count
            found.states[state] += count
        cursor.execute(
            "SELECT p.key, p.value, count(*) FROM quarantined_rows q, jsonb_each_text(q.problems) p"
            " WHERE q.entry = %s GROUP BY 1, 2",
            [name],
        )
        for column, problem, count in cursor.fetchall():
            found.problems[f"{column}: {problem}"] = count
        cursor.execute(
            "SELECT count(*) FROM imported_rows l WHERE l.name = %s AND l.outcome = %s AND NOT EXISTS"
            " (SELECT FROM quarantined_rows q WHERE q.entry = l.name AND q.key = l.key)",
            [name, RowOutcome.QUARANTINED],
        )
        found.unexplained = cursor.fetchone()[0]
    return found
