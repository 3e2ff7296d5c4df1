"""``manage.py rotate_signing_key``: sign access tokens with a new key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auth_service.users.choices import KeyAlgorithm
from auth_service.users.services.keys import signing_key_rotate


class Command(BaseCommand):
    help = "Make a new signing key. The old one goes on verifying its tokens until the last has expired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--algorithm", choices=KeyAlgorithm.values, default=KeyAlgorithm.EDDSA.value)
        parser.add_argument(
            "--retire-now",
            action="store_true",
            help="for a leaked key: withdraw the old keys at once; clients get new tokens by refreshing",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        key = signing_key_rotate(
            algorithm=KeyAlgorithm(options["algorithm"]), retire_now=options["retire_now"]
        )
        self.stdout.write(f"Key {key.kid} ({key.algorithm}) signs from {key.signs_from.isoformat()}.")
