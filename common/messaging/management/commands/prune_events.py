"""``manage.py prune_events``: remove old events that every subscriber has applied."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common.messaging.pruning import prune


class Command(BaseCommand):
    """Never past the slowest subscriber."""

    help = "Deletes events older than DAYS that every subscriber has applied."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--days", type=int, help="age in days; default EVENT_RETENTION_DAYS, 0 keeps everything"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, or count."""
        count = prune(days=options["days"], dry_run=options["dry_run"])
        self.stdout.write(f"{count} events {'would be' if options['dry_run'] else 'were'} deleted.")
