"""The parsers of old values: what they accept, and that they raise nothing but their own refusal."""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from common.legacy import values
from common.legacy.choices import Problem
from common.legacy.values import Cell, ValueRefusedError

cells = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=40),
    st.text(max_size=40),
    st.text(alphabet="0123456789٠١٢٣-/.:TZ+ KD,[]{}\"'eE\\u\x00\ud800", max_size=30),
    st.dates().map(str),
    st.datetimes().map(str),
)
PARSERS: list[Callable[[Any], Any]] = [
    values.text,
    lambda cell: values.text(cell, longest=5),
    lambda cell: values.boolean(cell, default=True),
    values.moment,
    values.day,
    values.money,
    values.json_list,
    values.json_object,
    values.text_list,
]


def refusal(parse: Callable[[Any], object], cell: object) -> Problem:
    with pytest.raises(ValueRefusedError) as refused:
        parse(cell)
    return refused.value.problem


@given(cells)
@example("[" * 100_000)
@example("9" * 5_000)
@example("[" + "9" * 5_000 + "]")
@example("[1e400]")
@example('["\\ud800"]')
@example('["\\u0000"]')
@example(float("inf"))
@example(9_223_372_036_854_775_807)
@example("9999-12-31T23:59:59+00:00")
@example("0001-01-01T00:00:00+14:00")
def test_no_value_makes_a_parser_raise_anything_but_its_refusal(cell: Cell) -> None:
    for parse in PARSERS:
        with suppress(ValueRefusedError):
            parse(cell)


@given(cells)
def test_text_that_passes_can_be_stored_and_read_back(cell: Cell) -> None:
    try:
        found = values.text(cell)
    except ValueRefusedError:
        return
    assert sqlite3.connect(":memory:").execute("select ?", [found]).fetchone() == (found,)
    assert "\x00" not in found


@given(st.dates(values.EARLIEST, date(2099, 12, 31)))
def test_a_day_reads_the_same_in_every_accepted_form(day: date) -> None:
    arabic = day.strftime("%Y-%m-%d").translate({ord(str(n)): "٠١٢٣٤٥٦٧٨٩"[n] for n in range(10)})
    forms = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
    assert {values.day(day.strftime(form)) for form in forms} | {values.day(arabic)} == {day}


@given(st.integers(1_000_000_000, 4_102_000_000))
def test_seconds_and_milliseconds_of_a_moment_read_the_same(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert values.moment(seconds) == values.moment(seconds * 1000) == values.moment(str(seconds)) == at
    assert values.moment(at.isoformat()) == at


@given(st.decimals(0, 999_999_999, places=3))
def test_an_amount_survives_a_real_column_and_text_to_the_fils(amount: Decimal) -> None:
    assert (
        values.money(float(amount)) == values.money(f"{amount:,} KD") == values.money(str(amount)) == amount
    )


@pytest.mark.parametrize("blank", [None, "", "  \n"])
def test_null_and_blank_are_empty_not_refused(blank: str | None) -> None:
    assert values.text(blank) == ""
    assert values.day(blank) is None
    assert values.moment(blank) is None
    assert values.money(blank) is None
    assert values.json_list(blank) == []
    assert values.json_object(blank) == {}
    assert values.boolean(blank, default=False) is False


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("31/12/2021", date(2021, 12, 31)),
        ("3/4/2021", date(2021, 4, 3)),
        ("٢٠٢١-٠٥-٠٩", date(2021, 5, 9)),
        ("2020-01-14T21:00:00.000Z", date(2020, 1, 15)),
        ("2020-01-15 08:30:00", date(2020, 1, 15)),
        (20200115, date(2020, 1, 15)),
    ],
)
def test_days_are_read_day_first_and_as_kuwait_sees_them(written: Cell, expected: date) -> None:
    assert values.day(written) == expected


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("1990-02-31", Problem.IMPOSSIBLE_DATE),
        ("0000-00-00", Problem.IMPOSSIBLE_DATE),
        ("12/31/2021", Problem.IMPOSSIBLE_DATE),
        ("9999-01-01", Problem.OUT_OF_RANGE),
        ("soon", Problem.NOT_A_DATE),
        (1.5, Problem.NOT_A_DATE),
        (b"2020-01-15", Problem.NOT_TEXT),
    ],
)
def test_impossible_days_are_refused_with_the_reason(written: Cell, problem: Problem) -> None:
    assert refusal(values.day, written) is problem


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (2500.0, "2500.000"),
        (0.1 + 0.2, "0.300"),
        (-0.0, "0.000"),
        ("1500 KD", "1500.000"),
        ("KWD 1,250.5", "1250.500"),
        ("١٬٢٥٠٫٧٥٠ د.ك", "1250.750"),
        (12, "12.000"),
    ],
)
def test_amounts_are_read_from_real_and_text(written: Cell, expected: str) -> None:
    found = values.money(written)
    assert str(found) == expected


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (-1.0, Problem.NEGATIVE),
        ("-5", Problem.NEGATIVE),
        (float("inf"), Problem.NOT_A_NUMBER),
        ("1e400", Problem.NOT_A_NUMBER),
        ("about 200", Problem.NOT_A_NUMBER),
        ("12,50", Problem.NOT_A_NUMBER),
        (12.3456, Problem.TOO_PRECISE),
        ("1000000000", Problem.OUT_OF_RANGE),
    ],
)
def test_amounts_that_mean_nothing_certain_are_refused(written: Cell, problem: Problem) -> None:
    assert refusal(values.money, written) is problem


def test_words_and_numbers_say_yes_or_no() -> None:
    assert [values.boolean(cell, default=False) for cell in (1, "1", "TRUE", "yes", 1.0)] == [True] * 5
    assert [values.boolean(cell, default=True) for cell in (0, "0", "false", "No", 0.0)] == [False] * 5
    assert refusal(lambda cell: values.boolean(cell, default=True), 2) is Problem.NOT_A_BOOLEAN


def test_json_in_text_is_read_or_refused() -> None:
    assert values.text_list('["sales", "العربية", 3, " "]') == ["sales", "العربية", "3"]
    assert values.json_object('{"a": [1]}') == {"a": [1]}
    assert refusal(values.json_list, "[sales,") is Problem.BROKEN_JSON
    assert refusal(values.json_list, "{}") is Problem.BROKEN_JSON
    assert refusal(values.text_list, "[[1]]") is Problem.BROKEN_JSON
    assert refusal(values.text_list, "[NaN]") is Problem.BROKEN_JSON
    assert refusal(values.text_list, "[true]") is Problem.BROKEN_JSON


def test_text_longer_than_its_place_is_refused_not_cut() -> None:
    assert refusal(lambda cell: values.text(cell, longest=3), "abcd") is Problem.TOO_LONG
    assert values.text(" abc ", longest=3) == "abc"


def test_a_telephone_number_in_a_numeric_cell_is_written_out() -> None:
    assert values.text(96522334455) == "96522334455"
    assert values.text(96522334455.0) == "96522334455"


@given(st.floats(min_value=0, max_value=2e9) | st.integers(0, 10**12).map(lambda fils: fils / 1_000))
def test_an_amount_is_the_same_whether_it_is_real_or_written_out(amount: float) -> None:
    def read(cell: Cell) -> Any:
        try:
            return values.money(cell)
        except ValueRefusedError as refused:
            return refused.problem

    # Written without an exponent, which no amount in text has.
    assert read(amount) == read(f"{Decimal(str(amount)):f}")


@given(cells)
def test_a_quick_text_is_read_like_any_other(cell: Cell) -> None:
    quick = values.remembered(values.text_within(5))

    def read(parse: Callable[[Cell], str]) -> Any:
        try:
            return parse(cell)
        except ValueRefusedError as refused:
            return refused.problem

    assert read(quick) == read(quick) == read(lambda found: values.text(found, longest=5))
