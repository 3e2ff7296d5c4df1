"""The reports of all services about one run, put together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from common.legacy.errors import ReportUnwritableError
from common.legacy.monolith import NOT_CARRIED

SERVICES: Final = ("auth", "company", "employee", "document", "notification", "analytics")
ANALYZE: Final = "analyze"
IMPORT: Final = "import"
VERIFY: Final = "verify"
ROLLBACK: Final = "rollback"
Json = dict[str, Any]


@dataclass(frozen=True)
class Summary:
    """What the services' commands said; ``services`` holds each one's own report."""

    command: str
    run: str
    services: Mapping[str, Json]

    @property
    def ok(self) -> bool:
        """Whether every service's part is as it should be."""
        return all(report.get("ok", True) for report in self.services.values())

    def first(self, key: str) -> str:
        """What the reports say under ``key``, which is the same in all of them."""
        return next((str(report[key]) for report in self.services.values() if report.get(key)), "")

    @property
    def shape(self) -> Json:
        """What the file has, by whichever report says so."""
        return next((report["file"] for report in self.services.values() if "file" in report), {})

    def as_json(self) -> Json:
        """All of it as a JSON object."""
        return {
            "command": self.command,
            "run": self.run,
            "source": self.first("source"),
            "fingerprint": self.first("fingerprint"),
            "ok": self.ok,
            "sentence": self.sentence(),
            "services": dict(self.services),
        }

    def sentence(self) -> str:
        """The result of all services in one sentence."""
        sentences = {
            ANALYZE: _of_analysis,
            IMPORT: _of_import,
            VERIFY: _of_verification,
            ROLLBACK: _of_rollback,
        }
        return sentences[self.command](self)


def read_summary(folder: Path) -> Summary:
    """What lies in the folder of a run; raises ReportUnwritableError when no report is there."""
    services = {}
    for service in SERVICES:
        path = folder / f"{service}.json"
        if path.exists():
            services[service] = json.loads(path.read_text(encoding="utf-8"))
    if not services:
        raise ReportUnwritableError(f"No service has left a report in {folder}.")
    command = next(iter(services.values())).get("command", IMPORT)
    return Summary(command, folder.name, services)


def entries_of(report: Json) -> Json:
    """The parts of a service's report, by the entries of its plan."""
    found: Json = report.get(
        {ANALYZE: "forecast", IMPORT: "tables"}.get(report.get("command", IMPORT), "entries"), {}
    )
    return found


def _sum(summary: Summary, key: str) -> int:
    return sum(
        entry.get(key, 0) for report in summary.services.values() for entry in entries_of(report).values()
    )


def _of_analysis(summary: Summary) -> str:
    tables = summary.shape.get("tables", {})
    carried = {name: table for name, table in tables.items() if name not in NOT_CARRIED}
    columns = [
        column
        for report in summary.services.values()
        for table in report["tables"].values()
        for column in table["columns"].values()
    ]
    faulty = sum(bool(column["problems"] or column["orphans"] or column["repeated"]) for column in columns)
    return (
        f"The file has {sum(table['rows'] for table in carried.values()):,} rows in {len(carried)} tables that can"
        f" be carried; {faulty} of {len(columns)} columns hold something doubtful, and an import would set"
        f" {_sum(summary, 'quarantined'):,} rows aside. Nothing was changed."
    )


def _of_import(summary: Summary) -> str:
    parts = ", ".join(
        f"{_sum(summary, key):,} {word}"
        for key, word in (
            ("imported", "imported"),
            ("unchanged", "there already"),
            ("merged", "merged"),
            ("quarantined", "set aside"),
            ("skipped", "skipped"),
        )
    )
    dry = any(report.get("dry_run") for report in summary.services.values())
    begin = "A dry run of the import" if dry else f"The import {summary.run}"
    changes = ", ".join(
        f"{_sum(summary, key):,} {word}"
        for key, word in (
            ("changed", "changed"),
            ("removed", "taken away"),
            ("conflicts", "listed as conflicts"),
        )
        if _sum(summary, key)
    )
    end = " Nothing was changed." if dry else f" Beside: {changes}." if changes else ""
    return (
        f"{begin} accounts for every one of {_sum(summary, 'source_rows'):,} rows read by"
        f" {len(summary.services)} service{'s' if len(summary.services) != 1 else ''}: {parts}.{end}"
    )


def _of_verification(summary: Summary) -> str:
    rows = _sum(summary, "source_rows")
    if summary.ok:
        people = sum(report["changed_by_people"] for report in summary.services.values())
        since = f", but for {people:,} things that people have changed since" if people else ""
        return f"EQUAL: all {rows:,} rows are accounted for and what is here is what the file says{since}."
    unequal = [service for service, report in summary.services.items() if not report.get("ok", True)]
    differences = sum(report["differences"] for report in summary.services.values())
    return (
        f"NOT EQUAL: {differences:,} differences without an explanation among {rows:,} rows, in"
        f" {', '.join(unequal)}; see the report."
    )


def _of_rollback(summary: Summary) -> str:
    removed = sum(report["removed"] for report in summary.services.values())
    staying = sum(report["staying"] for report in summary.services.values())
    dry = any(report.get("dry_run") for report in summary.services.values())
    stays = f"{staying:,} stay, each for a stated reason" if staying else "nothing of it stays"
    if dry and staying:
        stays += " (some only because nothing was really taken back in the other services)"
    return (
        f"Of the import {summary.first('run')}, {removed:,} things"
        f" {'would be' if dry else 'were'} taken back; {stays}."
    )
