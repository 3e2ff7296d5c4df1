"""``manage.py recount_headcount``: do the totals agree with the ledger?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from company_service.companies.services import headcount_recount


class Command(BaseCommand):
    help = "Compares each company's headcount with its ledger and, with --apply, puts it right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="change the totals, not only show them")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = headcount_recount(apply=options["apply"])
        for found in differences:
            self.stdout.write(f"{found.company_id}: {found.stored} stored, {found.counted} counted")
        if not differences:
            self.stdout.write("Every headcount agrees with its ledger.")
        elif options["apply"]:
            self.stdout.write(f"{len(differences)} headcounts were put right.")
        else:
            self.stdout.write(f"{len(differences)} headcounts differ; --apply puts them right.")
