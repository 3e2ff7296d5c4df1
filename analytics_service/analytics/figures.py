"""The arithmetic of figures: from changes by day to what a reader asks for. Pure functions."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

Changes = Mapping[date, Decimal]
"""By how much a figure changed on which days."""
HUNDREDTH = Decimal("0.01")
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Period:
    """Days from ``first`` to ``last``, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def months(self) -> Iterator["Period"]:
        """Its months; the first and the last may be parts of one."""
        first = self.first
        while True:
            last = min(self.last, first.replace(day=monthrange(first.year, first.month)[1]))
            yield Period(first, last)
            if last == self.last:
                return
            first = last + timedelta(days=1)


def level(changes: Changes, day: date) -> Decimal:
    """The figure at the end of ``day``: the sum of the changes up to it."""
    return sum((change for when, change in changes.items() if when <= day), Decimal())


def within(changes: Changes, period: Period) -> Decimal:
    """The sum of the changes in ``period``."""
    return sum((change for when, change in changes.items() if period.first <= when <= period.last), Decimal())


def average(changes: Changes, period: Period) -> Decimal:
    """The mean of the figure over the days of ``period``, each at its end, to three decimals."""
    total = Decimal()
    for when, change in changes.items():
        if when <= period.last:
            total += change * ((period.last - max(when, period.first)).days + 1)
    return (total / period.days).quantize(THOUSANDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Movement:
    """How many people came, went and were there in a period.

    ``opening`` is the headcount at the end of the day before it, ``closing`` at the end of its last day. The
    percentages are None when there was nobody to compare with.
    """

    opening: int
    closing: int
    joiners: int
    leavers: int
    average_headcount: Decimal

    @property
    def turnover_percent(self) -> Decimal | None:
        """Leavers / average headcount * 100 (the turnover rate of ISO 30414), to two decimals."""
        return percent(Decimal(self.leavers), self.average_headcount)

    @property
    def growth_percent(self) -> Decimal | None:
        """(Closing - opening headcount) / opening headcount * 100, to two decimals."""
        return percent(Decimal(self.closing - self.opening), Decimal(self.opening))


def movement(headcount: Changes, joiners: Changes, leavers: Changes, period: Period) -> Movement:
    """The movement of people in ``period``, by the changes of the three figures."""
    closing = level(headcount, period.last)
    return Movement(
        opening=int(closing - within(headcount, period)),
        closing=int(closing),
        joiners=int(within(joiners, period)),
        leavers=int(within(leavers, period)),
        average_headcount=average(headcount, period),
    )


def percent(part: Decimal, whole: Decimal) -> Decimal | None:
    """``part`` in percent of ``whole``, to two decimals; None of nothing."""
    if whole <= 0:
        return None
    return (part * 100 / whole).quantize(HUNDREDTH, ROUND_HALF_UP)


def merged(parts: Sequence[Changes]) -> dict[date, Decimal]:
    """The changes of a whole, from those of its parts."""
    whole: dict[date, Decimal] = {}
    for changes in parts:
        for day, change in changes.items():
            whole[day] = whole.get(day, Decimal()) + change
    return whole
