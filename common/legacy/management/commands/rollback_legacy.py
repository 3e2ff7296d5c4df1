"""``manage.py rollback_legacy --run NAME``: takes back what one import brought into this service."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.legacy.commands import LegacyCommand
from common.legacy.errors import UnknownRunError
from common.legacy.facts import Facts
from common.legacy.holding import read_held, write_held
from common.legacy.models import ImportRun
from common.legacy.plans import make_plan, service_plan
from common.legacy.progress import Bar
from common.legacy.rollback import rollback, runs_called
from common.legacy.rollback_report import RollbackReport, StayList
from common.legacy.services import REASON
from common.security.tenancy import all_companies


class Command(LegacyCommand):
    """The operator's command. Exit code 2 for a run that nobody knows, unless ``--if-any``."""

    help = (
        "Take back what an import brought, newest first: exactly that, and nothing that people have changed"
        " since, which is listed. Started again after an interruption, it goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="do everything, then leave it as it was")
        parser.add_argument("--batch-size", type=int, default=5_000, help="things in one transaction")
        parser.add_argument(
            "--if-any", action="store_true", help="a run that this service does not know is no mistake"
        )

    def work(self, options: dict[str, Any]) -> RollbackReport:
        """Take it back."""
        plan = make_plan(service_plan(), Facts())
        service, name = settings.SERVICE.name, options["run"]
        with all_companies(REASON):
            names = list(ImportRun.objects.values_list("name", flat=True)[:20])
            known = runs_called(name).exists()
        if not name or not (known or options["if_any"]):
            raise UnknownRunError(
                f"Say with --run which import is to be taken back; the {service} service knows"
                f" {', '.join(dict.fromkeys(names)) or 'none'}."
            )
        folder = options["folder"] or options["report_dir"] / f"{name}-rollback"
        with StayList(folder / f"{service}.stays.csv").writing() as stays:
            result = rollback(
                plan,
                name,
                batch_size=options["batch_size"],
                bar=Bar(),
                keep=stays.add,
                held=read_held(folder, service),
                hold=lambda ids: write_held(folder, service, ids),
                dry_run=options["dry_run"],
            )
        return RollbackReport(service, name, options["dry_run"], result, stays.first)
