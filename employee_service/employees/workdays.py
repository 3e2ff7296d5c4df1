"""Which days are working days."""

from datetime import date, timedelta

# Friday and Saturday, as date.weekday() counts.
WEEKEND = frozenset({4, 5})


def working_days(first: date, last: date) -> int:
    """How many days from ``first`` to ``last``, both inclusive, are not of the weekend."""
    span = (last - first).days + 1
    weeks, rest = divmod(max(span, 0), 7)
    return weeks * (7 - len(WEEKEND)) + sum(
        (first + timedelta(days=day)).weekday() not in WEEKEND for day in range(rest)
    )
