"""The companies' day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone

from common.days import today


@pytest.mark.parametrize("zone", ["Asia/Kuwait", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_today_is_the_companies_day_even_where_a_request_shows_utc(zone: str) -> None:
    with override_settings(TIME_ZONE=zone), timezone.override(UTC):
        before = datetime.now(ZoneInfo(zone)).date()
        assert before <= today() <= datetime.now(ZoneInfo(zone)).date()
