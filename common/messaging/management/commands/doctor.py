"""``manage.py doctor``: are the settings that lose work or leak rows all right?"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.conf.celery import load_app
from common.messaging.doctor import faults


class Command(BaseCommand):
    """Exit code 1 and a sentence a fault."""

    help = "Checks broker, Redis, database role and row-level security settings."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is wrong."""
        load_app(settings.SERVICE)
        found = faults()
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(self.style.SUCCESS("Everything that was checked is all right."))
