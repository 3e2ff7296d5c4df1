"""E-mail addresses of the old file."""

import pytest
from django.core.validators import validate_email
from hypothesis import given
from hypothesis import strategies as st

from common.legacy.emails import _PLAIN, usable_email


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_what_is_taken_at_a_glance_stands_a_closer_look(address: str) -> None:
    validate_email(address)
    assert usable_email(address) == address == address.strip().lower()


@pytest.mark.parametrize(
    ("written", "usable"),
    [
        (" Nora@Example.com ", "nora@example.com"),
        ("nora.al-anzi+hr@mail.company.co", "nora.al-anzi+hr@mail.company.co"),
        ("ｎora@example.com", "nora@example.com"),
        ("nora@example", ""),
        ("nora..x@example.com", ""),
        ("n/a", ""),
        ("a\x00@example.com", ""),
        (f"{'a' * 250}@example.com", ""),
        (None, ""),
        (5, ""),
        (b"nora@example.com", ""),
    ],
)
def test_an_address_is_usable_in_one_spelling_or_not_at_all(
    written: str | bytes | int | None, usable: str
) -> None:
    assert usable_email(written) == usable
