"""Which notices of an end are due, for everything that has a last valid day: licences, passports, permits.

A step is a number of days before the last valid day: 90, 60, 30, 14, 7 and 0, then -1 (it is over), -7, -14
and so on every week. A step is due from its day on, not on its day only, so a run that comes late finds all
that the days between have missed. What was noted for (item, last valid day, step) is never due again; a renewal
has another last valid day and so begins anew.

Of several steps that are due at once only the most urgent is worth telling; the others are noted with it.
The caller keeps the notes: one row for each step, written in the transaction that tells.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

OVER = -1


@dataclass(frozen=True)
class Schedule:
    """When to tell, in days; ``before`` runs from the earliest step to the latest.

    After the end: on the first day, then every ``overdue_every`` days for ``overdue_for`` days. By then it is a
    fault in the data, for which lists of overdue items are there.
    """

    before: tuple[int, ...] = (90, 60, 30, 14, 7, 0)
    overdue_every: int = 7
    overdue_for: int = 728

    def reached(self, days_left: int) -> tuple[int, ...]:
        """The steps whose day has come when ``days_left`` days are left, the most urgent last."""
        overdue = min(-days_left, self.overdue_for)
        over = (OVER,) if overdue > 0 else ()
        weekly = range(-self.overdue_every, -overdue - 1, -self.overdue_every)
        return (*(step for step in self.before if step >= days_left), *over, *weekly)

    def horizon(self, today: date) -> date:
        """The last valid day behind which nothing is due yet."""
        return min(today, date.max - timedelta(days=self.before[0])) + timedelta(days=self.before[0])


DEFAULT = Schedule()


@dataclass(frozen=True)
class Due:
    """What to do about one item: ``note`` these steps (most urgent last) and tell of ``announce``, if any.

    ``days_left`` is negative after the end. ``announce`` is none when a more urgent step was noted before.
    """

    days_left: int
    note: tuple[int, ...] = ()
    announce: int | None = None


def latest_step(expires_on: date, today: date, schedule: Schedule = DEFAULT) -> int | None:
    """The most urgent step whose day has come; none before the first.

    An item for which it is noted has nothing to tell, so that a search needs to look for this one only.
    """
    reached = schedule.reached((expires_on - today).days)
    return reached[-1] if reached else None


def due(expires_on: date, today: date, noted: Collection[int], schedule: Schedule = DEFAULT) -> Due:
    """What is due for an item valid until ``expires_on``, after the steps ``noted`` for that very day.

    A ``today`` before an earlier one makes nothing due that was noted.
    """
    days_left = (expires_on - today).days
    note = tuple(step for step in schedule.reached(days_left) if step not in noted)
    news = bool(note) and note[-1] < min(noted, default=note[-1] + 1)
    return Due(days_left, note, note[-1] if news else None)
