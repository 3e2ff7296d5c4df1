from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.notifications.models import Preference
from notification_service.notifications.services.quiet_hours import after_quiet_hours

ZONES = ["Asia/Kuwait", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def person(start: str, end: str, zone: str = "Asia/Kuwait") -> Preference:
    return Preference(
        quiet_hours_start=time.fromisoformat(start), quiet_hours_end=time.fromisoformat(end), timezone=zone
    )


@pytest.mark.parametrize(
    ("start", "end", "zone", "moment", "until"),
    [
        ("22:00", "07:00", "Asia/Kuwait", "2026-11-22T19:00+00:00", "2026-11-23T04:00+00:00"),
        ("22:00", "07:00", "Asia/Kuwait", "2026-11-23T03:59+00:00", "2026-11-23T04:00+00:00"),
        ("22:00", "07:00", "Asia/Kuwait", "2026-11-23T04:00+00:00", "2026-11-23T04:00+00:00"),
        ("22:00", "07:00", "Asia/Kuwait", "2026-11-22T18:59+00:00", "2026-11-22T18:59+00:00"),
        ("13:00", "15:00", "Asia/Kuwait", "2026-11-22T11:00+00:00", "2026-11-22T12:00+00:00"),
        # Spring forward: the clock goes from 02:00 to 03:00, so 02:30 is never shown.
        ("22:00", "02:30", "Europe/Berlin", "2026-03-29T00:30+00:00", "2026-03-29T01:30+00:00"),
        # The night is an hour shorter, and an hour longer.
        ("22:00", "07:00", "Europe/Berlin", "2026-03-28T22:00+00:00", "2026-03-29T05:00+00:00"),
        ("22:00", "07:00", "Europe/Berlin", "2026-10-24T21:00+00:00", "2026-10-25T06:00+00:00"),
        # 02:30 is shown twice: whoever is in the second one waits for the second end.
        ("22:00", "02:45", "Europe/Berlin", "2026-10-25T00:30+00:00", "2026-10-25T00:45+00:00"),
        ("22:00", "02:45", "Europe/Berlin", "2026-10-25T01:30+00:00", "2026-10-25T01:45+00:00"),
    ],
)
def test_quiet_hours_end_when_the_persons_clock_shows_their_end(
    start: str, end: str, zone: str, moment: str, until: str
) -> None:
    found = after_quiet_hours(person(start, end, zone), datetime.fromisoformat(moment))
    assert found == datetime.fromisoformat(until)


def test_without_quiet_hours_any_moment_will_do() -> None:
    moment = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert after_quiet_hours(Preference(), moment) == moment


@given(
    moment=st.datetimes(
        min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
        max_value=datetime(2028, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    start=st.integers(0, 1439),
    length=st.integers(1, 1439),
    zone=st.sampled_from(ZONES),
)
def test_the_wait_is_never_negative_never_longer_than_the_night_and_ends_outside_of_it(
    moment: datetime, start: int, length: int, zone: str
) -> None:
    end = (start + length) % 1440
    preference = Preference(
        quiet_hours_start=time(*divmod(start, 60)), quiet_hours_end=time(*divmod(end, 60)), timezone=zone
    )
    until = after_quiet_hours(preference, moment)
    waited = (until - moment).total_seconds() / 60
    # A night in which the clocks are put back is an hour longer.
    assert 0 <= waited <= length + 60
    if waited:
        shown = until.astimezone(ZoneInfo(zone))
        minutes = shown.hour * 60 + shown.minute
        # On the end, or behind it by the hour that the clock skipped.
        assert (minutes - end) % 1440 <= 60
