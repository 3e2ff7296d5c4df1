"""``manage.py backfill``: apply a producer's events again from the first one."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from common.messaging.backfill import BackfillError, backfill
from common.messaging.pull import FeedUnavailableError, producers


class Command(BaseCommand):
    """With --dry-run it shows what would change and changes nothing."""

    help = "Rebuilds what this service keeps from another service's events."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--producer", help="only this service's events; default: all that are followed")
        parser.add_argument("--aggregate", type=UUID, help="only the events about this id")
        parser.add_argument("--dry-run", action="store_true", help="show the difference and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild and print the difference."""
        followed = producers()
        chosen = [options["producer"]] if options["producer"] else followed
        for producer in chosen:
            if producer not in followed:
                raise CommandError(
                    f"This service does not follow {producer!r}; it follows {', '.join(followed)}."
                )
            try:
                count, differences = backfill(
                    producer, aggregate_id=options["aggregate"], dry_run=options["dry_run"]
                )
            except (FeedUnavailableError, BackfillError) as error:
                raise CommandError(str(error)) from error
            self.stdout.write(
                f"{producer}: {count} events applied{' (dry run)' if options['dry_run'] else ''}."
            )
            for item in differences:
                self.stdout.write(
                    f"  {item.table}: {item.added} added, {item.removed} removed, {item.changed} changed"
                )
            if not differences:
                self.stdout.write("  no difference")
