"""``manage.py analyze_legacy``: what is in the old application's file, and what an import would make of it."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.legacy.analysis import analyze
from common.legacy.analysis_report import AnalysisReport
from common.legacy.columns import OWNERS
from common.legacy.commands import LegacyCommand, add_source, named_source, run_name
from common.legacy.gathering import gather_facts
from common.legacy.plans import make_plan, service_plan
from common.legacy.progress import Bar
from common.legacy.reader import open_legacy


class Command(LegacyCommand):
    """The operator's command; it asks no database and changes nothing."""

    help = (
        "Look at the old application's SQLite file: its tables and columns, values that are missing, repeated,"
        " dangling or unreadable, where every column goes, and what an import would set aside and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        add_source(parser)

    def work(self, options: dict[str, Any]) -> AnalysisReport:
        """Look at the file."""
        service = settings.SERVICE.name
        if not settings.SERVICE.legacy and service not in OWNERS.values():
            service_plan()
        with open_legacy(options["source"], options["key_file"]) as file:
            bar = Bar()
            analysis = analyze(
                file,
                service,
                facts=lambda: gather_facts(file, options["report_dir"] / "facts", bar.show),
                plan=(lambda facts: make_plan(service_plan(), facts, options["uploads"]))
                if settings.SERVICE.legacy
                else None,
                bar=bar,
            )
            return AnalysisReport(
                service, run_name(options), named_source(options), file.fingerprint, analysis
            )
