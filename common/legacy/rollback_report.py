"""The account of a rollback: text for a terminal, JSON for programs, a list of what stays, one sentence."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from common.legacy.errors import ReportUnwritableError
from common.legacy.report import make_folder
from common.legacy.rollback import Rollback, Stay
from common.spreadsheets import harmless

SHOWN: Final = 100


@dataclass
class RollbackReport:
    """What a rollback did in one service; ``first_stays`` are a few of what stays."""

    service: str
    name: str
    dry_run: bool
    result: Rollback
    first_stays: list[Stay]

    @property
    def run(self) -> str:
        """The folder's name, beside that of the import."""
        return f"{self.name}-rollback"

    @property
    def ok(self) -> bool:
        """What people work with stays as it should."""
        return True

    def as_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return {
            "command": "rollback",
            "service": self.service,
            "run": self.name,
            "run_ids": self.result.runs,
            "dry_run": self.dry_run,
            "ok": self.ok,
            "entries": {
                name: {
                    "removed": entry.removed,
                    "gone": entry.gone,
                    "forgotten": entry.forgotten,
                    "stays": dict(entry.stays),
                }
                for name, entry in self.result.entries.items()
            },
            "quarantined": self.result.quarantined,
            "todo": self.result.todo,
            "removed": self.result.removed,
            "staying": self.result.staying,
            "stays": [
                {"entry": stay.entry, "key": stay.key, "id": str(stay.id), "why": stay.why}
                for stay in self.first_stays
            ],
            "sentence": self.sentence(),
        }

    def as_text(self) -> str:
        """The report for a terminal, without the last sentence."""
        return "\n".join(self._lines())

    def sentence(self) -> str:
        """The result in one sentence."""
        if not self.result.runs:
            return f"The {self.service} service knows no import called {self.name}; nothing was taken back."
        would = "would be taken" if self.dry_run else "were taken"
        stays = f"{self.result.staying} things stay, each for a stated reason"
        return (
            f"Of the import {self.name}, {self.result.removed} things {would} back from the {self.service}"
            f" service; {stays if self.result.staying else 'nothing of it stays'}."
        )

    def _lines(self) -> Iterator[str]:
        for name, entry in self.result.entries.items():
            yield (
                f"{name}: {entry.removed} taken back, {entry.gone} gone before, {entry.stays.total()} stay,"
                f" {entry.forgotten} other rows of the ledger forgotten"
            )
            for why, count in entry.stays.most_common():
                yield f"  stay because {why}: {count}"
        yield f"rows set aside, forgotten: {self.result.quarantined}; things to do, forgotten: {self.result.todo}"
        for stay in self.first_stays:
            yield f"stays: {stay.entry} {stay.key} ({stay.id}): {stay.why}"


class StayList:
    """What stays, all of it in a file, the first few at hand."""

    def __init__(self, path: Path) -> None:
        self.first: list[Stay] = []
        self._path = path

    @contextmanager
    def writing(self) -> Iterator["StayList"]:
        """Open the file; raises ReportUnwritableError."""
        make_folder(self._path.parent)
        try:
            with self._path.open("w", newline="", encoding="utf-8") as file:
                self._rows = csv.writer(file)
                self._rows.writerow(["entry", "old id", "id", "why it stays"])
                yield self
        except OSError as error:
            raise ReportUnwritableError(
                f"The list {self._path} cannot be written: {error.strerror}."
            ) from error

    def add(self, stay: Stay) -> None:
        """Write one more down."""
        # Ids out of the old file, and names in a reason, are whatever somebody typed.
        self._rows.writerow([stay.entry, harmless(stay.key), stay.id, harmless(stay.why)])
        if len(self.first) < SHOWN:
            self.first.append(stay)
