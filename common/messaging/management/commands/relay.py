"""``manage.py relay``: the service's sequencer, sender, pollers and beat."""

import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.conf.celery import load_app
from common.messaging.doctor import broker_faults
from common.messaging.relay import Relay
from common.security.own_role import require_run_time_role


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Numbers this service's events, sends them, polls the feeds of others and starts periodic jobs."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the relay; refuses to start on unsafe Celery settings or with a role that sees too much."""
        require_run_time_role()
        load_app(settings.SERVICE)
        faults = broker_faults()
        if faults:
            raise CommandError(" ".join(faults))
        schedule = Path(settings.BEAT_SCHEDULE_FILE)
        schedule.parent.mkdir(parents=True, exist_ok=True)
        relay = Relay(str(schedule))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: relay.stop())
        relay.run()
