"""What is made while the one before is used."""

import threading
from collections.abc import Iterator

import pytest

from common.legacy.ahead import one_ahead


def test_the_next_one_is_made_while_the_one_before_is_used() -> None:
    made = [threading.Event() for _number in range(3)]

    def items() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    found = one_ahead(items())
    assert next(found) == 0
    assert made[1].wait(10)
    assert not made[2].is_set()
    assert list(found) == [1, 2]


def test_what_goes_wrong_comes_up_after_what_went_well() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    found = one_ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="damaged"):
        next(found)


def test_nothing_more_is_made_for_somebody_who_stops() -> None:
    made = []

    def items() -> Iterator[int]:
        for number in range(10):
            made.append(number)
            yield number

    found = one_ahead(items())
    next(found)
    del found
    assert made in ([0], [0, 1])
