"""``manage.py import_legacy``: what the service takes from the old application's file."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.conf import env
from common.conf.service import ROOT
from common.legacy.errors import LegacyImportError, NothingTakenError
from common.legacy.importer import import_file
from common.legacy.plans import service_plan
from common.legacy.reader import open_legacy
from common.legacy.report import Report, make_folder, write_json


class Command(BaseCommand):
    """The operator's command.

    Exit codes: 0 every row is accounted for; 1 the import could not be finished or does not add up;
    2 the file cannot be read or the report cannot be written.
    """

    help = (
        "Import the old application's SQLite file. Rows that are here already stay as they are, rows that"
        " cannot be carried are set aside with their content, and an interrupted import goes on where it"
        " stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--source", type=Path, required=True, help="the old application's database file")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")
        parser.add_argument("--batch-size", type=_positive, default=5_000, help="rows in one transaction")
        parser.add_argument(
            "--uploads", type=Path, help="the folder with the old application's uploaded files"
        )
        parser.add_argument(
            "--report-dir",
            type=Path,
            default=Path(env.text("LEGACY_REPORT_DIR", str(ROOT / "var" / "legacy"))),
            help="where reports go, one folder for each run (default: LEGACY_REPORT_DIR, else var/legacy)",
        )
        parser.add_argument(
            "--run", default="", help="the run's name, to keep several services' reports together"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, report, and end with one sentence."""
        try:
            self._import(
                **{
                    key: options[key]
                    for key in ("source", "dry_run", "batch_size", "report_dir", "run", "uploads")
                }
            )
        except NothingTakenError as error:
            self.stdout.write(str(error))
        except LegacyImportError as error:
            raise CommandError(str(error), returncode=error.exit_code) from error

    def _import(
        self,
        *,
        source: Path,
        dry_run: bool,
        batch_size: int,
        report_dir: Path,
        run: str,
        uploads: Path | None,
    ) -> None:
        plan = service_plan()
        name = run or datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        # Before anything is imported: an import without its report would be a rumour.
        make_folder(report_dir)
        with open_legacy(source) as file:
            result = import_file(
                file,
                plan,
                name=name,
                batch_size=batch_size,
                dry_run=dry_run,
                uploads=uploads,
                folder=report_dir / "facts",
                progress=self._show_progress,
            )
            report = Report(
                service=settings.SERVICE.name,
                source=str(source),
                fingerprint=file.fingerprint,
                dry_run=dry_run,
                result=result,
                shape=file.shape(),
            )
        path = write_json(report_dir / (result.run.name if result.run else name), report)
        self.stdout.write(report.as_text())
        self.stdout.write(f"report: {path}")
        self.stdout.write(report.sentence())

    def _show_progress(self, table: str, done: int, rows: int) -> None:
        if sys.stderr.isatty():
            end = "\n" if done == rows else ""
            self.stderr.write(
                f"\r{table}: {done} of {rows} rows ({done * 100 // max(rows, 1)} %)", ending=end
            )


def _positive(written: str) -> int:
    number = int(written)
    if number < 1:
        raise ValueError("A batch has at least one row.")
    return number
