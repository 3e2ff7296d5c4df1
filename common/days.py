"""What day it is where the companies are."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """The date in the setting TIME_ZONE, whatever zone the running request shows its times in."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
