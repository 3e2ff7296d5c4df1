"""The account of an import: a table and one last sentence for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from common.legacy.choices import ConflictKind
from common.legacy.errors import ReportUnwritableError
from common.legacy.importer import Result
from common.legacy.monolith import NOT_CARRIED, TABLES
from common.legacy.plan import Tally
from common.legacy.reader import SourceShape

COLUMNS: Final = ("source_rows", "imported", "unchanged", "merged", "quarantined", "skipped")
CHANGES: Final = {"changed": "changed", "removed": "taken away", "conflicts": "listed as conflicts"}
TITLES: Final = ("rows", "imported", "unchanged", "merged", "quarantined", "skipped")


@dataclass(frozen=True)
class Report:
    """Everything there is to say about one import into one service."""

    service: str
    run: str
    source: str
    fingerprint: str
    dry_run: bool
    result: Result
    shape: SourceShape
    conflicts: Sequence[Mapping[str, str]] = ()
    handed_over: int = 0

    @property
    def ok(self) -> bool:
        """An import that does not add up makes no report."""
        return True

    def as_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        run = self.result.run
        return {
            "command": "import",
            "service": self.service,
            "run": self.run,
            "ok": self.ok,
            "source": self.source,
            "fingerprint": self.fingerprint,
            "dry_run": self.dry_run,
            "run_id": str(run.id) if run else None,
            "resumed": self.result.resumed,
            "tables": {
                name: tally.numbers() | {"accounted": tally.accounted} | tally.details()
                for name, tally in self.result.tallies.items()
            },
            "nothing_new_since": self.result.since.name if self.result.since else None,
            "conflicts": list(self.conflicts),
            "handed_over": self.handed_over,
            "rules": list(self.result.rules),
            "finished": {name: asdict(found) for name, found in self.result.finished.items()},
            "total": _total(self.result.tallies),
            "file": asdict(self.shape),
            "sentence": self.sentence(),
        }

    def as_text(self) -> str:
        """The report for a terminal, without the last sentence."""
        beside = [found.sentence for found in self.result.finished.values()]
        return "\n".join([*self._table(), *self._counts(), *beside, *self.result.rules, *self._shape()])

    def sentence(self) -> str:
        """The result in one sentence."""
        total = _total(self.result.tallies)
        would = "A dry run into" if self.dry_run else "Import into"
        waiting = sum(sum(tally.todo.values()) for tally in self.result.tallies.values())
        waiting += sum(sum(part.todo.values()) for part in self.result.finished.values())
        account = ", ".join(
            f"{total[column]} {title}" for column, title in zip(COLUMNS[1:], TITLES[1:], strict=True)
        )
        kept = " nothing was changed," if self.dry_run else ""
        if self.result.since:
            kept = f" nothing is new since {self.result.since.name},"
        return (
            f"{would} the {self.service} service accounts for every one of {total['source_rows']} rows:"
            f" {account};{self._changes()}{kept} {waiting} things to do for HR."
        )

    def _changes(self) -> str:
        """What an incremental import did beside, when it did anything."""
        sums = {name: sum(getattr(tally, name) for tally in self.result.tallies.values()) for name in CHANGES}
        said = [f"{sums[name]} {title}" for name, title in CHANGES.items() if sums[name]]
        if self.handed_over:
            said.append(f"{self.handed_over} companies handed over")
        return f" {', '.join(said)};" if said else ""

    def _table(self) -> list[str]:
        rows = [
            (name, *(getattr(tally, column) for column in COLUMNS))
            for name, tally in self.result.tallies.items()
        ]
        width = max([len("table"), *(len(str(row[0])) for row in rows)])
        lines = [f"{'table':<{width}}" + "".join(f"{title:>13}" for title in TITLES)]
        return lines + [f"{row[0]:<{width}}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows]

    def _counts(self) -> list[str]:
        lines = []
        for name, tally in self.result.tallies.items():
            for reason, count in sorted(tally.reasons.items()):
                examples = ", ".join(tally.examples.get(reason, []))
                lines.append(f"set aside from {name}: {reason} {count} ({examples})")
            lines += [f"skipped from {name}: {rule} {count}" for rule, count in sorted(tally.rules.items())]
            lines += [
                f"listed from {name}: {ConflictKind(kind).label} {count}"
                for kind, count in sorted(tally.conflict_kinds.items())
            ]
            lines += [f"to do after {name}: {kind} {count}" for kind, count in sorted(tally.todo.items())]
        return lines

    def _shape(self) -> list[str]:
        lines = []
        if self.shape.missing_tables:
            lines.append(f"not in the file: {', '.join(self.shape.missing_tables)}")
        lines += [
            f"unknown table, left in the file: {name} ({self.shape.tables[name].rows} rows)"
            for name in self.shape.unknown_tables
        ]
        for name in self.shape.not_carried:
            rows = self.shape.tables[name].rows
            lines.append(f"left in the file on purpose, everybody signs in anew: {name} ({rows} rows)")
        lines += [
            f"not read by this service: {name} ({table.rows} rows)"
            for name, table in self.shape.tables.items()
            if name in TABLES.keys() - NOT_CARRIED - self.result.tables_read
        ]
        for name, table in self.shape.tables.items():
            if table.missing_columns:
                lines.append(f"columns that {name} lacks: {', '.join(table.missing_columns)}")
            if table.unknown_columns:
                lines.append(f"unknown columns of {name}: {', '.join(table.unknown_columns)}")
        return lines


def make_folder(folder: Path) -> None:
    """Make ``folder`` if it is not there; raises ReportUnwritableError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportUnwritableError(f"The folder {folder} cannot be made: {error.strerror}.") from error


class JsonReport(Protocol):
    """What is kept as one file of a run's folder."""

    @property
    def service(self) -> str:
        """Whose report it is."""

    def as_json(self) -> dict[str, Any]:
        """All there is to say."""


def write_json(folder: Path, report: JsonReport) -> Path:
    """Write the report into ``folder``, made when it is not there; raises ReportUnwritableError."""
    make_folder(folder)
    path = folder / f"{report.service}.json"
    try:
        path.write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise ReportUnwritableError(f"The report {path} cannot be written: {error.strerror}.") from error
    return path


def _total(tallies: Mapping[str, Tally]) -> dict[str, int]:
    return {column: sum(getattr(tally, column) for tally in tallies.values()) for column in COLUMNS}
