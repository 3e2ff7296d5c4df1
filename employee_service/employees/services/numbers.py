"""Employee numbers such as E000017, from a sequence of the database."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from employee_service.employees.models import Employee


def numbers_allocate(companies: Sequence[UUID]) -> list[str]:
    """A number for each entry of ``companies`` that no employee of that company has.

    Numbers that were brought along (by an import, by hand) are stepped over: twice as many at each turn, so
    that a long run of them costs few queries. The number of a hire that is undone stays unused.
    """
    allocated = [""] * len(companies)
    waiting = list(range(len(companies)))
    spread = 1
    while waiting:
        offers: dict[int, list[str]] = defaultdict(list)
        for turn, number in enumerate(_draw(len(waiting) * spread)):
            offers[waiting[turn % len(waiting)]].append(number)
        used = set(
            Employee.with_pending.filter(
                company_id__in={companies[place] for place in waiting},
                number__in=[number for numbers in offers.values() for number in numbers],
            ).values_list("company_id", "number")
        )
        for place in waiting:
            allocated[place] = next((n for n in offers[place] if (companies[place], n) not in used), "")
        waiting = [place for place in waiting if not allocated[place]]
        spread *= 2
    return allocated


def _draw(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('employee_numbers') FROM generate_series(1, %s)", [count])
        return [f"E{number:06d}" for (number,) in cursor.fetchall()]
