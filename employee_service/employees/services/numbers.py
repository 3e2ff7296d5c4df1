"""Employee numbers such as E000017, from a sequence of the database."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import connection, transaction

from employee_service.employees.models import Employee

# The highest number that the transaction has given out without telling the sequence; a savepoint takes it back.
_GIVEN_OUT = "app.employee_number"


def numbers_allocate(companies: Sequence[UUID]) -> list[str]:
    """A number for each entry of ``companies`` that no employee of that company has.

    The number of a hire that is undone stays unused.
    """
    return _free_numbers(companies, _draw)


def numbers_allocate_again(companies: Sequence[UUID]) -> list[str]:
    """The same in the caller's transaction, for an import: when it is rolled back, its numbers are free again.

    An import that is killed and goes on thus gives everybody the number that they would have had anyway. A hire
    that draws one of these numbers meanwhile waits for the commit, fails, and draws another.
    """
    highest = 0

    def count_on(count: int) -> list[str]:
        nonlocal highest
        highest = _count_on(count)
        return [_written(number) for number in range(highest - count + 1, highest + 1)]

    numbers = _free_numbers(companies, count_on)
    transaction.on_commit(lambda: _bring_sequence_to(highest))
    return numbers


def _free_numbers(companies: Sequence[UUID], draw: Callable[[int], list[str]]) -> list[str]:
    """Numbers that were brought along (by an import, by hand) are stepped over: twice as many at each turn.

    So a long run of them costs few queries.
    """
    allocated = [""] * len(companies)
    waiting = list(range(len(companies)))
    spread = 1
    while waiting:
        offers: dict[int, list[str]] = defaultdict(list)
        for turn, number in enumerate(draw(len(waiting) * spread)):
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
        return [_written(number) for (number,) in cursor.fetchall()]


def _count_on(count: int) -> int:
    """Give out ``count`` numbers more than the sequence and this transaction have; returns the highest."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT set_config('{_GIVEN_OUT}', (%s + greatest(CASE WHEN is_called THEN last_value ELSE 0 END,"
            f" nullif(current_setting('{_GIVEN_OUT}', true), '')::bigint))::text, true) FROM employee_numbers",
            [count],
        )
        return int(cursor.fetchone()[0])


def _bring_sequence_to(highest: int) -> None:
    with connection.cursor() as cursor:
        # By drawing, because setting it takes rights over the sequence that a running process does not have.
        cursor.execute(
            "SELECT count(nextval('employee_numbers')) FROM employee_numbers,"
            " generate_series(CASE WHEN is_called THEN last_value + 1 ELSE 1 END, %s)",
            [highest],
        )


def _written(number: int) -> str:
    return f"E{number:06d}"
