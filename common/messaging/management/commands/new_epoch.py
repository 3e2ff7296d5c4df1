"""``manage.py new_epoch``: to be run after this service's database was restored from a backup."""

from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand
from django.db import transaction

from common.messaging.models import FeedHead


class Command(BaseCommand):
    """Subscribers notice the new epoch and reconcile from the first event."""

    help = (
        "Starts a new feed epoch after a restore, so that subscribers reconcile instead of skipping events."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Change the epoch."""
        with transaction.atomic():
            head = FeedHead.objects.select_for_update().get()
            head.epoch = uuid4()
            head.save(update_fields=["epoch"])
        self.stdout.write(f"Epoch {head.epoch} begins; the log ends at position {head.position}.")
