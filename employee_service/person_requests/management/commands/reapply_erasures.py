"""``manage.py reapply_erasures``: after a restored backup, erase again who was erased since it was made."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from employee_service.person_requests.services.ledger import LedgerError, erasures_noted, ledger_file
from employee_service.person_requests.services.reapplying import erasures_reapply


class Command(BaseCommand):
    """Ask all services again for every erasure in the ledger."""

    help = "After a restored backup: ask all services again for every erasure in the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own options."""
        parser.add_argument("--ledger", type=Path, help="the ledger, where it is not ERASURE_LEDGER_FILE")
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is asked for; the worker does it."""
        file = options["ledger"] or ledger_file()
        if file is None:
            raise CommandError("ERASURE_LEDGER_FILE is not set: name the ledger by --ledger.")
        try:
            done = erasures_reapply(erasures_noted(file), dry_run=options["dry_run"])
        except LedgerError as error:
            raise CommandError(f"The ledger cannot be read: {error}") from None
        self.stdout.write(
            f"{done.asked} erasures are asked for again, {done.under_way} were under way,"
            f" {done.unknown} are of people whom this service does not know."
        )
        self.stdout.write(
            "Nothing was changed."
            if options["dry_run"]
            else "The worker carries them out; the admin shows them under requests about personal data."
        )
