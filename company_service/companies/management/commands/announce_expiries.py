"""``manage.py announce_expiries``: tell of licences that end, as beat does every hour."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from company_service.companies.services import licenses_announce


def day(text: str) -> date:
    """The argument as a date; the name stands in the sentence about a wrong one."""
    return date.fromisoformat(text)


class Command(BaseCommand):
    help = (
        "Tells of each licence that has reached a notice step (90, 60, 30, 14, 7 and 0 days before its last valid"
        " day, then weekly) and was not told of yet. Running it again tells nothing twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date",
            type=day,
            metavar="YYYY-MM-DD",
            help="the day to take for today; what is told of by a day to come is not told of again on that day",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        noted = licenses_announce(options["date"])
        self.stdout.write(f"Steps noted: {noted.steps}. Notices published: {noted.notices}.")
