"""Notices of an end: none missed, none twice, whenever the runs come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.expiry import Due, Schedule, due, latest_step

END = date(2027, 3, 31)
BEFORE = (90, 60, 30, 14, 7, 0)


def left(days: int) -> date:
    """The day on which ``days`` days are left."""
    return END - timedelta(days=days)


@pytest.mark.parametrize(
    ("days_left", "latest"),
    [
        (91, None), (90, 90), (89, 90), (60, 60), (31, 60), (30, 30), (15, 30), (14, 14), (7, 7), (1, 7), (0, 0),
        (-1, -1), (-6, -1), (-7, -7), (-13, -7), (-14, -14), (-728, -728), (-735, -728), (-5000, -728),
    ],
)  # fmt: skip
def test_a_step_is_reached_on_its_day_and_stays_reached(days_left: int, latest: int | None) -> None:
    assert latest_step(END, left(days_left)) == latest


def test_of_missed_steps_the_most_urgent_is_told_and_all_are_noted() -> None:
    assert due(END, left(12), ()) == Due(days_left=12, note=(90, 60, 30, 14), announce=14)
    assert due(END, left(-8), BEFORE) == Due(days_left=-8, note=(-1, -7), announce=-7)


def test_what_was_noted_is_not_due_again() -> None:
    assert due(END, left(12), (90, 60, 30, 14)) == Due(days_left=12)


def test_a_clock_that_was_ahead_makes_nothing_due_twice() -> None:
    ahead = due(END, left(5), ()).note
    assert due(END, left(40), ahead) == Due(days_left=40)


def test_a_step_that_a_new_schedule_inserts_is_noted_without_telling_old_news() -> None:
    finer = Schedule(before=(120, 90, 60, 45, 30, 14, 7, 0))
    assert due(END, left(20), (90, 60, 30), finer) == Due(days_left=20, note=(120, 45), announce=None)


def test_the_search_looks_as_far_ahead_as_the_first_step() -> None:
    assert Schedule().horizon(left(90)) == END
    assert Schedule().horizon(date.max) == date.max


@given(
    end=st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)),
    runs=st.lists(st.integers(min_value=-60, max_value=150), min_size=1, max_size=40),
)
def test_whatever_days_runs_come_on_each_step_is_noted_once_and_as_soon_as_possible(
    end: date, runs: list[int]
) -> None:
    noted: list[int] = []
    told: list[int] = []
    for days_left in sorted(runs, reverse=True):
        found = due(end, end - timedelta(days=days_left), noted)
        noted += found.note
        told += [] if found.announce is None else [found.announce]
        reached = [step for step in (*BEFORE, -1, *range(-7, -61, -7)) if step >= days_left]
        assert noted == reached, "all that is reached is noted, each once, in order"
        assert bool(found.note) == (found.announce is not None), "new steps are told of"
        assert found.announce is None or found.announce == latest_step(end, end - timedelta(days=days_left))
    assert told == sorted(set(told), reverse=True), "no step is told twice, and none after a more urgent one"


@given(runs=st.lists(st.integers(min_value=-60, max_value=150), min_size=1, max_size=40))
def test_days_in_any_order_never_repeat_a_step(runs: list[int]) -> None:
    noted: list[int] = []
    told: list[int] = []
    for days_left in runs:
        found = due(END, left(days_left), noted)
        noted += found.note
        told += [] if found.announce is None else [found.announce]
    assert len(noted) == len(set(noted))
    assert len(told) == len(set(told))
    assert set(noted) == set(due(END, left(min(runs)), ()).note)
