"""When a person may be disturbed."""

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from notification_service.notifications.models import Preference


@cache
def time_zones() -> frozenset[str]:
    """The names of time zones a person may choose from."""
    return frozenset(available_timezones())


def after_quiet_hours(preference: Preference, moment: datetime) -> datetime:
    """``moment``, or the end of the person's quiet hours when it falls into them.

    The hours are the person's wall clock: they end when it shows the end, however long a night with a change
    to or from summer time is. An end that the clock skips is the moment after the skip.
    """
    start, end = preference.quiet_hours_start, preference.quiet_hours_end
    if start is None or end is None:
        return moment
    zone = ZoneInfo(preference.timezone)
    local = moment.astimezone(zone)
    if not _within(local.time(), start, end):
        return moment
    for days in (0, 1):
        for fold in (0, 1):
            day = local.date() + timedelta(days=days)
            ends = datetime.combine(day, end.replace(fold=fold), tzinfo=zone).astimezone(UTC)
            if ends > moment:
                return ends
    raise ValueError("A day without an end.")


def _within(clock: time, start: time, end: time) -> bool:
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end
