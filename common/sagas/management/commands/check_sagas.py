"""``manage.py check_sagas``: can this version of the code go on with the sagas that are under way?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.sagas.readability import unreadable_sagas


class Command(BaseCommand):
    """To be run with new code before it takes over; exit code 1 and a line a saga."""

    help = "Lists sagas under way or parked whose name, version, step or data this code cannot read."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what would be parked."""
        lines = [
            f"{instance.id} {instance.name} {instance.version} at {instance.step} ({instance.state}): {reason}"
            for instance, reason in unreadable_sagas()
        ]
        if lines:
            raise CommandError("\n".join(["This code cannot go on with:", *lines]))
        self.stdout.write(self.style.SUCCESS("This code can go on with every saga that is under way."))
