"""Dates and amounts as people in Kuwait write them, in both languages."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.utils import translation
from django.utils.formats import date_format, number_format


@pytest.fixture(params=["ar", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize("typed", ["2026-04-03", "03/04/2026", "3-4-2026"])
def test_a_typed_date_has_its_day_first(language: str, typed: str) -> None:
    assert forms.DateField().clean(typed) == date(2026, 4, 3)


def test_a_date_with_the_month_first_is_refused(language: str) -> None:
    with pytest.raises(forms.ValidationError):
        forms.DateField().clean("04/25/2026")


def test_a_typed_moment_has_its_day_first(language: str) -> None:
    moment: Any = forms.DateTimeField().clean("03/04/2026 14:30")
    assert moment.replace(tzinfo=None) == datetime(2026, 4, 3, 14, 30)  # noqa: DTZ001 - as on the wall


def test_dinars_have_a_point_and_three_decimals(language: str) -> None:
    assert number_format(Decimal("12850.5"), 3, force_grouping=True) == "12,850.500"


@pytest.mark.parametrize(
    ("language", "shown"), [("ar", "3 ديسمبر 2026"), ("en", "3 December 2026")], indirect=["language"]
)
def test_a_date_is_shown_with_the_name_of_its_month(language: str, shown: str) -> None:
    assert date_format(date(2026, 12, 3)) == shown
