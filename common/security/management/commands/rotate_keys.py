"""``manage.py rotate_keys``: every sealed value under the current key of the keyring, while everything runs."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.legacy.progress import Bar
from common.runtime.files import write_json
from common.security.encryption.keyring import FILE_VARIABLE, read_keyring, with_new_key
from common.security.encryption.rotation import rotate, rows_left, sealed_tables

_EXAMPLES = 5


class Command(BaseCommand):
    """Exit code 1 when values are left under other keys."""

    help = "Seals every stored value with the current key. May be killed at any moment and run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch-size", type=int, default=1_000, help="Rows of one transaction.")
        parser.add_argument("--count", action="store_true", help="Only say how many rows are left.")
        parser.add_argument(
            "--new-key",
            action="store_true",
            help="First add a key to the keyring's file and make it current.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            self._add_key()
        self.stdout.write(f"The current key is {settings.ENCRYPTION_KEYRING.current}.")
        if options["count"]:
            for table in sealed_tables():
                self.stdout.write(f"{table.name}: {rows_left(table)} rows are left under other keys.")
            return
        bar, left = Bar(), 0
        for table in sealed_tables():
            result = rotate(table, batch_size=options["batch_size"], show=bar.show)
            self.stdout.write(
                f"{result.table}: {result.sealed} rows sealed anew, {result.left} left under other keys."
            )
            for sentence in result.refused[:_EXAMPLES]:
                self.stdout.write(f"  {sentence}")
            left += result.left
        if left:
            raise CommandError(f"{left} rows are left: keep the older keys, and run this again.")

    def _add_key(self) -> None:
        file = os.environ.get(FILE_VARIABLE, "")
        if not file:
            raise CommandError(f"{FILE_VARIABLE} names no file to add a key to.")
        path = Path(file)
        try:
            write_json(path, with_new_key(json.loads(path.read_text(encoding="utf-8"))))
        except OSError as error:
            raise CommandError(
                f"The keyring cannot be written ({error}): add the key where it is kept."
            ) from None
        settings.ENCRYPTION_KEYRING = read_keyring(settings.SERVICE.name)
