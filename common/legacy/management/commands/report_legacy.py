"""``manage.py report_legacy --folder FOLDER``: the services' reports about one run, as one."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.legacy.errors import LegacyImportError
from common.legacy.paper import as_html
from common.legacy.summary import read_summary


class Command(BaseCommand):
    """Writes report.json and report.html. Exit codes: 0 all is as it should be, 1 not so, 2 no reports."""

    help = "Put the services' reports about one run together: report.json, and report.html for HR."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--folder", type=Path, required=True, help="the folder of the run")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write both, and end with one sentence."""
        folder: Path = options["folder"]
        try:
            summary = read_summary(folder)
            written = json.dumps(summary.as_json(), ensure_ascii=False, indent=1)
            (folder / "report.json").write_text(f"{written}\n", encoding="utf-8")
            (folder / "report.html").write_text(as_html(summary), encoding="utf-8")
        except LegacyImportError as error:
            raise CommandError(str(error), returncode=error.exit_code) from error
        except OSError as error:
            raise CommandError(
                f"The report in {folder} cannot be written: {error.strerror}.", returncode=2
            ) from error
        self.stdout.write(f"report: {folder / 'report.html'}")
        if not summary.ok:
            raise CommandError(summary.sentence(), returncode=1)
        self.stdout.write(summary.sentence())
