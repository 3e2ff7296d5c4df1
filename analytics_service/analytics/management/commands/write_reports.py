"""``manage.py write_reports``: write every report that waits, then end."""

import os
import signal
from typing import Any

from django.core.management.base import BaseCommand

from analytics_service.analytics.services.report_runs import reports_write


class Command(BaseCommand):
    """The worker starts it; it may be run by hand as well, and beside itself. It ends early with its parent."""

    help = "Writes the reports that wait."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write until nothing waits, or until asked to end: then the report in hand goes back."""
        asked: list[int] = []
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: asked.append(received))
        parent = os.getppid()
        taken = reports_write(lambda: bool(asked) or os.getppid() != parent)
        self.stdout.write(f"{taken} reports taken in hand.")
