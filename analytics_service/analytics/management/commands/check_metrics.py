"""``manage.py check_metrics``: count the stored events anew and compare with what is kept."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics_service.analytics.services.recount import metrics_recount

SHOWN = 50


class Command(BaseCommand):
    """Ends with an error when something differs and is not put right."""

    help = "Works all figures out anew from the stored events and reports differences."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--apply", action="store_true", help="keep what was counted instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, compare and print."""
        recount = metrics_recount(apply=options["apply"])
        self.stdout.write(f"{recount.events} events counted, {recount.figures} figures compared.")
        for figure, kept, counted in recount.deviations[:SHOWN]:
            part = f" {figure.dimension} {figure.member or '(none)'}" if figure.dimension else ""
            self.stdout.write(
                f"  {figure.company_id} {figure.metric}{part} {figure.day}: kept {kept:+.3f}, counted {counted:+.3f}"
            )
        if len(recount.deviations) > SHOWN:
            self.stdout.write(f"  and {len(recount.deviations) - SHOWN} more")
        if recount.wrong_facts:
            self.stdout.write(f"  {recount.wrong_facts} employments, leaves and deductions differ")
        if recount.unreadable:
            self.stdout.write(f"  {recount.unreadable} events cannot be read and are left out")
        if recount.agrees:
            self.stdout.write("  no difference")
        elif options["apply"]:
            self.stdout.write("  put right")
        else:
            raise CommandError("The figures differ from the events; --apply puts them right.")
