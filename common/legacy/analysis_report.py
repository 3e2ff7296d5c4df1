"""The account of an analysis: tables of text for a terminal, JSON for programs, and one last sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from common.legacy.analysis import Analysis, Forecast
from common.legacy.profile import ColumnProfile, Example, TableProfile

_HEAD: Final = ("column", "empty", "repeated", "orphans", "unreadable", "goes to")
_COUNTED: Final = ("imported", "merged", "quarantined", "skipped")


@dataclass(frozen=True)
class AnalysisReport:
    """Everything there is to say about one look at the file by one service."""

    service: str
    run: str
    source: str
    fingerprint: str
    analysis: Analysis

    @property
    def ok(self) -> bool:
        """Faults in the file are what is looked for."""
        return True

    def as_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return {
            "command": "analyze",
            "service": self.service,
            "run": self.run,
            "source": self.source,
            "fingerprint": self.fingerprint,
            "ok": self.ok,
            "file": asdict(self.analysis.shape),
            "tables": {name: table.as_json() for name, table in self.analysis.profiles.items()},
            "forecast": {name: forecast.as_json() for name, forecast in self.analysis.forecasts.items()},
            "rules": list(self.analysis.rules),
            "sentence": self.sentence(),
        }

    def as_text(self) -> str:
        """The report for a terminal, without the last sentence."""
        return "\n".join([*self._shape(), *self._profiles(), *self._forecasts(), *self.analysis.rules])

    def sentence(self) -> str:
        """The result in one sentence."""
        columns = [column for table in self.analysis.profiles.values() for column in table.columns.values()]
        rows = sum(table.rows for table in self.analysis.profiles.values())
        faulty = sum(column.faulty for column in columns)
        looked = (
            f"Of {rows} rows in {len(self.analysis.profiles)} tables that the {self.service} service looks"
            f" at, {faulty} of {len(columns)} columns hold something doubtful"
        )
        forecasts = self.analysis.forecasts.values()
        if not forecasts:
            return f"{looked}; it takes nothing from the file."
        counts = ", ".join(
            f"{sum(getattr(forecast.tally, kind) for forecast in forecasts)} {kind}" for kind in _COUNTED
        )
        return f"{looked}; an import would make of its rows: {counts}."

    def _shape(self) -> Iterator[str]:
        shape = self.analysis.shape
        if shape.missing_tables:
            yield f"not in the file: {', '.join(shape.missing_tables)}"
        for name in shape.unknown_tables:
            yield f"unknown table, left in the file: {name} ({shape.tables[name].rows} rows)"
        for name in shape.not_carried:
            yield (
                f"left in the file on purpose, everybody signs in anew: {name}"
                f" ({shape.tables[name].rows} rows)"
            )

    def _profiles(self) -> Iterator[str]:
        for table in self.analysis.profiles.values():
            yield ""
            yield f"{table.name}: {table.rows} rows"
            if table.missing:
                yield f"  columns it lacks: {', '.join(table.missing)}"
            yield from _table(table)
            for column in table.columns.values():
                yield from _examples(column)

    def _forecasts(self) -> Iterator[str]:
        for name, forecast in self.analysis.forecasts.items():
            yield ""
            yield from _forecast(name, forecast)


def _table(table: TableProfile) -> Iterator[str]:
    rows: list[Sequence[str]] = [_HEAD]
    for column in table.columns.values():
        counts = (
            column.nulls + column.blanks,
            column.repeated,
            column.orphans,
            sum(column.problems.values()),
        )
        shown = column.name if column.known else f"{column.name} (unknown)"
        rows.append((shown, *(str(count) if count else "" for count in counts), column.goes))
    widths = [max(len(row[number]) for row in rows) for number in range(len(_HEAD))]
    for name, *cells, goes in rows:
        numbers = [cell.rjust(width) for cell, width in zip(cells, widths[1:-1], strict=True)]
        yield "  ".join([f"  {name.ljust(widths[0])}", *numbers, goes])


def _examples(column: ColumnProfile) -> Iterator[str]:
    for what, examples in column.examples.items():
        count = column.problems.get(what) or getattr(column, what, 0)
        yield f"  {column.name}: {what} {count}, such as {', '.join(map(_shown, examples))}"


def _shown(example: Example) -> str:
    rows = f"{example.rows} rows" if example.rows > 1 else ""
    about = ", ".join(part for part in (example.id, rows) if part)
    return f"{example.value!r} ({about})" if about else repr(example.value)


def _forecast(name: str, forecast: Forecast) -> Iterator[str]:
    tally = forecast.tally
    counts = ", ".join(f"{getattr(tally, kind)} {kind}" for kind in _COUNTED)
    yield f"{forecast.table} as {name}: {tally.source_rows} rows, of which {counts}"
    for reason, count in sorted(tally.reasons.items()):
        yield f"  would be set aside: {reason} {count} ({', '.join(tally.examples.get(reason, []))})"
    for problem, count in forecast.problems.most_common():
        yield f"    {problem} {count}"
    for rule, count in sorted(tally.rules.items()):
        yield f"  would be skipped: {rule} {count}"
    for kind, count in sorted(tally.todo.items()):
        yield f"  to do for HR: {kind} {count}"
