"""Folding text for search, and the prefix range that an index serves."""

import pytest
from django.contrib.contenttypes.models import ContentType
from hypothesis import given
from hypothesis import strategies as st

from common.search import company_name_folded, fold, prefix_range


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("أحمد إبراهيم آدم ٱلله", "احمد ابراهيم ادم الله"),
        ("مُحَمَّــد", "محمد"),
        ("منى فاطمة", "مني فاطمه"),
        ("مسؤول شئون", "مسوول شيون"),
        ("١٢٣ ۴۵", "123 45"),
        ("  Mohammed\t AL-Ali\n", "mohammed al-ali"),
        ("José Ñandú STRASSE straße", "jose nandu strasse strasse"),
        ("ﻻ ﷴ", "لا محمد"),
        ("\u202eabc\u200f\u200bd\ufeff", "abcd"),
        ("کریم", "كريم"),
        ("", ""),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "folded"),
    [("شركة النور", "النور"), ("The Pearl Company", "pearl company"), ("شركه", ""), ("مجموعة شركة أ", "ا")],
)
def test_a_company_is_found_without_the_word_for_company(name: str, folded: str) -> None:
    assert company_name_folded(name) == folded


@given(st.text(), st.text())
def test_what_starts_with_a_prefix_is_in_its_range_and_nothing_else(prefix: str, text: str) -> None:
    low, high = prefix_range(prefix)

    def inside(value: str) -> bool:
        return low <= value and (high is None or value < high)

    assert inside(prefix + text)
    assert inside(text) is text.startswith(prefix)


@pytest.mark.parametrize("prefix", ["\ud7ff", "\U0010ffff", "a\U0010ffff", "ي"])
def test_a_range_never_ends_in_a_character_that_postgresql_cannot_store(prefix: str) -> None:
    _low, high = prefix_range(prefix)
    (high or "").encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "found"), [("CONT", True), ("contenttypes", True), ("ontent", False), ("", True)]
)
def test_the_lookup_finds_the_beginning_of_a_folded_column(prefix: str, found: bool) -> None:
    assert (
        ContentType.objects.filter(app_label="contenttypes", app_label__folded_prefix=prefix).exists()
        is found
    )
