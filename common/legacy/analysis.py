"""What an import of the open file would do, from the file alone: nothing is asked of or written to a database."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final
from uuid import UUID

from common.legacy.columns import OWNERS
from common.legacy.content import preserved
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped
from common.legacy.monolith import TABLES
from common.legacy.plan import Plan, TableImport, Tally
from common.legacy.profile import TableProfile, profile_table
from common.legacy.progress import Bar
from common.legacy.reader import LegacyFile, Row, SourceShape

_BATCH: Final = 1_000


@dataclass
class Forecast:
    """What would become of the rows of one entry of a plan.

    ``tally`` counts as an import does; ``problems`` counts, for rows that would be set aside, each column
    with what is wrong with it.
    """

    table: str
    tally: Tally
    problems: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The forecast as a JSON object."""
        return {
            "from": self.table,
            **self.tally.numbers(),
            **self.tally.details(),
            "problems": dict(self.problems),
        }


@dataclass(frozen=True)
class Analysis:
    """The whole of it: the file's shape, the values of the tables this service owns, and the forecasts."""

    shape: SourceShape
    profiles: dict[str, TableProfile]
    forecasts: dict[str, Forecast]
    rules: Sequence[str]


def analyze(
    file: LegacyFile, service: str, facts: Callable[[], Facts], plan: Callable[[Facts], Plan] | None, bar: Bar
) -> Analysis:
    """Look at the file for ``service``; ``facts`` is called only when the service takes anything.

    Raises SourceUnreadableError.
    """
    profiles = {
        table: profile_table(file, table, bar)
        for table in TABLES
        if file.has(table) and OWNERS[table] == service
    }
    entries: Plan = ()
    forecasts: dict[str, Forecast] = {}
    if plan is not None:
        known = facts()
        entries = plan(known)
        forecasts = {entry.name: _forecast(file, known, entry, bar) for entry in entries}
    return Analysis(file.shape(), profiles, forecasts, [rule for entry in entries for rule in entry.rules])


def _forecast(file: LegacyFile, facts: Facts, entry: TableImport[Any], bar: Bar) -> Forecast:
    """Map every row, as if none of it were here; a service may still refuse a row that looks well."""
    rows = file.count(entry.table)
    found = Forecast(entry.table, Tally(source_rows=rows))
    # Of things that several rows make; such things are few.
    made: set[UUID] | None = set() if entry.shared else None
    placed = file.placed(entry.table)
    while batch := list(islice(placed, _BATCH)):
        facts.prepare(entry.table, [row for _place, row in batch])
        for place, row in batch:
            _count(found, entry.map(row, place), row, made)
        bar.show(f"{entry.name} (forecast)", found.tally.done, rows)
    return found


def _count(found: Forecast, outcome: Outcome[Any], row: Row, made: set[UUID] | None) -> None:
    tally = found.tally
    tally.done += 1
    match outcome:
        case Imported() if made is not None and outcome.id in made:
            tally.merged += 1
        case Imported():
            tally.imported += 1
            tally.todo.update(item.kind for item in outcome.todo)
            if made is not None:
                made.add(outcome.id)
        case Merged():
            tally.merged += 1
        case Quarantined():
            tally.quarantine(outcome.reason, str(preserved({"id": row.get("id")})["id"] or ""))
            found.problems.update(f"{column}: {problem}" for column, problem in outcome.problems.items())
        case Skipped():
            tally.skip(outcome.rule)
