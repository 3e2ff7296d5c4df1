"""Removes files that no row knows."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from document_service.documents.services.sweeping import files_sweep


class Command(BaseCommand):
    help = (
        "Removes files that no row knows and uploads that never ended, and reports rows whose bytes are gone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=float,
            default=settings.ORPHAN_HOURS,
            metavar="HOURS",
            help="spare younger files",
        )
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["older_than"] < 1:
            # An upload may be on its way for minutes; a file of that age is not left behind.
            raise CommandError("Files younger than an hour may be of uploads under way.")
        swept = files_sweep(older_than=timedelta(hours=options["older_than"]), dry_run=options["dry_run"])
        done = "would be removed" if options["dry_run"] else "removed"
        self.stdout.write(
            f"{swept.orphans} files without a row {done}, {swept.unfinished} unfinished uploads {done}."
        )
        if swept.missing:
            raise CommandError(f"The bytes of {swept.missing} stored files are gone; the log names them.")
