"""The folders of reports about the old application's data, one for each run, and what is known of the runs."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.files import read_json, require_folder, write_json
from common.runtime.layout import VAR

IMPORT: Final = "import"
_RECORD: Final = "run.json"


@dataclass(frozen=True)
class RunRecord:
    """What is kept about a run: its command and file, and when it began and was brought to its end."""

    command: str
    source: str
    began: str
    ended: str | None = None


def reports_folder() -> Path:
    """Where the folders are: LEGACY_REPORT_DIR, else var/legacy."""
    return Path(os.environ.get("LEGACY_REPORT_DIR", str(VAR / "legacy")))


def begin(folder: Path, command: str, source: str) -> RunRecord:
    """Makes the folder of a run and keeps that it has begun; OperatorError when that cannot be written."""
    require_folder(folder)
    record = RunRecord(command, source, _now())
    write_json(folder / _RECORD, asdict(record))
    return record


def end(folder: Path, record: RunRecord) -> None:
    """Keeps that the run was brought to its end."""
    write_json(folder / _RECORD, asdict(record) | {"ended": _now()})


def new_name(reports: Path, command: str) -> str:
    """A name that no other run has: the time, the command, and a number for the second in one second."""
    name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{command}"
    numbers = (f"{name}-{number}" for number in count(2))
    return next(each for each in chain([name], numbers) if not (reports / each).exists())


def interrupted_import(reports: Path, source: str) -> str:
    """The name of the newest import of the file, when it was not brought to its end; empty for none."""
    imports = list(_imports(reports, source))
    return imports[-1][0] if imports and not imports[-1][1].ended else ""


def last_import(reports: Path, source: str) -> str:
    """The name of the newest import of the file that brought something, or of any file when none is named.

    One that only found everything there already has nothing to take back, and neither has one for trial.

    Raises:
        OperatorError: There is none.
    """
    imports = list(_imports(reports, source))
    if not imports:
        raise OperatorError(
            "Say which import is to be taken back: `make rollback RUN=NAME`; its name is that of its folder in "
            f"{reports}."
        )
    brought = (name for name, record in reversed(imports) if _brought(reports / name, record))
    return next(brought, imports[-1][0])


def _brought(folder: Path, record: RunRecord) -> bool:
    """Whether anything came with the import, which one that was not brought to its end cannot tell."""
    reports = (read_json(path) for path in folder.glob("*.json"))
    return not record.ended or any(
        report["total"]["imported"] for report in reports if "total" in report and not report["dry_run"]
    )


def _imports(reports: Path, source: str) -> Iterator[tuple[str, RunRecord]]:
    """Name and record of each import, oldest first."""
    found = [(path.parent.name, RunRecord(**read_json(path))) for path in reports.glob(f"*/{_RECORD}")]
    for name, record in sorted(found, key=lambda each: each[1].began):
        if record.command == IMPORT and source in {"", record.source}:
            yield name, record


def _now() -> str:
    return datetime.now(UTC).isoformat()
