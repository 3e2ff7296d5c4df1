"""``manage.py import_legacy``: what the service takes from the old application's file."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.legacy.commands import LegacyCommand, add_source, named_source, positive, run_name
from common.legacy.handing_over import companies_let_go, companies_of_file
from common.legacy.importer import Options, import_file
from common.legacy.plans import service_plan
from common.legacy.progress import Bar
from common.legacy.reader import open_legacy
from common.legacy.records import conflicts_of
from common.legacy.report import Report
from common.legacy.services import REASON
from common.security.tenancy import all_companies


class Command(LegacyCommand):
    """The operator's command.

    Exit codes: 0 every row is accounted for; 1 the import could not be finished or does not add up;
    2 the file cannot be read or the report cannot be written.
    """

    help = (
        "Import the old application's SQLite file. Rows that are here already stay as they are (see"
        " --incremental), rows that"
        " cannot be carried are set aside with their content, and an interrupted import goes on where it"
        " stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        add_source(parser)
        parser.add_argument("--dry-run", action="store_true", help="do everything, then take it back")
        parser.add_argument(
            "--incremental",
            action="store_true",
            help="bring over what has changed since the last run, too, and take away what is gone",
        )
        parser.add_argument(
            "--hand-over",
            action="append",
            default=[],
            metavar="COMPANY",
            help="afterwards, let the new side own this company (its old or new id; ``all`` for all of the file);"
            " may be given several times",
        )
        parser.add_argument("--batch-size", type=positive, default=5_000, help="rows in one transaction")

    def work(self, options: dict[str, Any]) -> Report:
        """Import."""
        plan = service_plan()
        name = run_name(options)
        folder = options["report_dir"] / "facts"
        with open_legacy(options["source"], options["key_file"]) as file:
            companies = companies_of_file(file, options["hand_over"], folder)
            result = import_file(
                file,
                plan,
                Options(
                    name=name,
                    batch_size=options["batch_size"],
                    dry_run=options["dry_run"],
                    incremental=options["incremental"],
                    uploads=options["uploads"],
                    folder=folder,
                ),
                Bar().show,
            )
            if companies and not options["dry_run"]:
                with all_companies(REASON):
                    companies_let_go(companies)
            return Report(
                service=settings.SERVICE.name,
                run=result.run.name if result.run else name,
                source=named_source(options),
                fingerprint=file.fingerprint,
                dry_run=options["dry_run"],
                result=result,
                shape=file.shape(),
                conflicts=conflicts_of(result.run) if result.run else (),
                handed_over=len(companies),
            )
