"""``manage.py verify_legacy``: whether what is here is what the old application's file says."""

from contextlib import closing
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandParser

from common.legacy.commands import LegacyCommand, add_source, named_source, run_name
from common.legacy.gathering import gather_facts
from common.legacy.ids import new_id
from common.legacy.plans import make_plan, service_plan
from common.legacy.progress import Bar
from common.legacy.reader import LegacyFile, open_legacy
from common.legacy.references import check_references
from common.legacy.values import plain
from common.legacy.verify import verify_entry
from common.legacy.verify_report import VerifyReport

PATIENCE = 120.0


class Command(LegacyCommand):
    """The operator's command. Exit codes: 0 equal; 1 not equal; 2 the file cannot be read."""

    help = (
        "Compare what is here with the old application's SQLite file: every row is mapped anew and accounted"
        " for, every column and every sum of money compared, every id of another service looked up. Changes"
        " that people have made since the import are told apart from differences. Nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        add_source(parser)
        parser.add_argument(
            "--wait",
            type=float,
            default=PATIENCE,
            help="seconds to wait for the events of other services, whose rows are referred to (%(default)s)",
        )
        parser.add_argument(
            "--skip-references",
            action="store_true",
            help="do not look ids of other services up: for databases whose services do not run",
        )

    def work(self, options: dict[str, Any]) -> VerifyReport:
        """Compare."""
        plan_of, bar = service_plan(), Bar()
        with (
            open_legacy(options["source"], options["key_file"]) as file,
            closing(gather_facts(file, options["report_dir"] / "facts", bar.show)) as facts,
        ):
            plan = make_plan(plan_of, facts, options["uploads"])
            checks = [verify_entry(file, facts, entry, bar) for entry in plan]
            if not options["skip_references"]:
                found = check_references(plan, options["wait"])
                for check in checks:
                    check.references = [each for each in found if each.entry == check.name]
            return VerifyReport(
                service=settings.SERVICE.name,
                run=run_name(options),
                source=named_source(options),
                fingerprint=file.fingerprint,
                shape=file.shape(),
                checks=checks,
                companies=_companies(file),
                rules=[rule for entry in plan for rule in entry.rules],
                references_skipped=options["skip_references"],
            )


def _companies(file: LegacyFile) -> dict[UUID, str]:
    """The companies' names, as the file has them."""
    return {
        new_id("companies", plain(row.get("id"))): plain(row.get("name")) for row in file.rows("companies")
    }
