"""What the four commands about the old file have in common: a report in a folder, and an end in one sentence."""

from abc import abstractmethod
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.conf import env
from common.conf.service import ROOT
from common.legacy.collecting import collected_seldom
from common.legacy.errors import LegacyImportError, NothingTakenError
from common.legacy.report import make_folder, write_json


class CommandReport(Protocol):
    """What a command found or did in one service."""

    @property
    def service(self) -> str:
        """Which service."""

    @property
    def run(self) -> str:
        """The run that it is about or is; the name of its folder unless another is given."""

    @property
    def ok(self) -> bool:
        """Whether the exit code is 0."""

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""

    def as_text(self) -> str:
        """All of it for a terminal, but for the last sentence."""

    def sentence(self) -> str:
        """The result in one sentence."""


class _Dated:
    """A report with the moment at which it was made."""

    def __init__(self, report: CommandReport) -> None:
        self._report = report

    @property
    def service(self) -> str:
        """Whose report it is."""
        return self._report.service

    def as_json(self) -> dict[str, Any]:
        """The report's own, and the moment."""
        return self._report.as_json() | {"made_at": datetime.now(UTC).isoformat(timespec="seconds")}


class LegacyCommand(BaseCommand):
    """Base of the commands. Exit codes: 0 as it should be; 1 not so, or not finished; 2 it could not begin."""

    # Of a service that runs they have been made: they load all pages, which takes as long as some imports.
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what all of them have."""
        parser.add_argument(
            "--report-dir",
            type=Path,
            default=Path(env.text("LEGACY_REPORT_DIR", str(ROOT / "var" / "legacy"))),
            help="where reports go, one folder for each run (default: LEGACY_REPORT_DIR, else var/legacy)",
        )
        parser.add_argument("--folder", type=Path, help="the very folder in which this report goes")
        parser.add_argument(
            "--run", default="", help="the run's name, to keep several services' reports together"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, report, and end with one sentence."""
        try:
            # Before anything is done: a change without its report would be a rumour.
            make_folder(options["folder"] or options["report_dir"])
            with collected_seldom():
                report = self.work(options)
            path = write_json(options["folder"] or options["report_dir"] / report.run, _Dated(report))
        except NothingTakenError as error:
            self.stdout.write(str(error))
            return
        except LegacyImportError as error:
            raise CommandError(str(error), returncode=error.exit_code) from error
        self.stdout.write(report.as_text())
        self.stdout.write(f"report: {path}")
        if not report.ok:
            raise CommandError(report.sentence(), returncode=1)
        self.stdout.write(report.sentence())

    @abstractmethod
    def work(self, options: dict[str, Any]) -> CommandReport:
        """What the command is for; raises LegacyImportError."""


def run_name(options: dict[str, Any]) -> str:
    """The name given by ``--run``, or one made of the time."""
    return options["run"] or datetime.now(UTC).strftime("%Y%m%d-%H%M%S")


def named_source(options: dict[str, Any]) -> str:
    """The file, as reports name it."""
    return str(options["original"] or options["source"])


def add_source(parser: CommandParser) -> None:
    """Declare the options that say what to read."""
    parser.add_argument("--source", type=Path, required=True, help="the old application's database file")
    parser.add_argument(
        "--original", type=Path, help="what reports call the file, when --source is a copy of it"
    )
    parser.add_argument("--key-file", type=Path, help="the file that holds the key of an encrypted --source")
    parser.add_argument("--uploads", type=Path, help="the folder with the old application's uploaded files")


def positive(written: str) -> int:
    """A number of things, at least one."""
    number = int(written)
    if number < 1:
        raise ValueError("At least one.")
    return number
