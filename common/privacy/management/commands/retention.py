"""``manage.py retention``: what the nightly retention does, now, or what it would do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.privacy.retention import UnknownRuleError, retention_run


class Command(BaseCommand):
    """Remove and mask what is past its time."""

    help = "Remove and mask what is past its time; a run that was stopped is gone on with."

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own options."""
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")
        parser.add_argument("--rule", default="", help="carry out this rule only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each rule."""
        failed = []
        try:
            for done in retention_run(only=options["rule"], dry_run=options["dry_run"]):
                outcome = f"failed: {done.error}" if done.error else f"{done.rows:>9,}"
                self.stdout.write(
                    f"{done.rule.name:<24} {done.days:>6} days  before {done.before:%Y-%m-%d}  {outcome}"
                )
                failed += [done.rule.name] if done.error else []
        except UnknownRuleError as error:
            raise CommandError(str(error)) from None
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}; see the log.")
