"""How PostgreSQL is to find rows while an old file is dealt with.

An import makes a database a hundred times as large within minutes, and what the planner knows of its tables is of
some moment before or in the middle: by that it takes a table for empty and compares every row with every other.
So it is told what a statement is: about a few rows by their keys, or about whole tables.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from django.db import connection

# Reading a table in a row is not switched off: the price of that would hide all others, also where a batch's own
# temporary table, which has no index, is read.
_BY_INDEX: Final = {
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "random_page_cost": "1",
}
_AS_A_WHOLE: Final = {"enable_nestloop": "off"}


@contextmanager
def by_index() -> Iterator[None]:
    """For statements about a batch, in the caller's transaction: each row is looked up by its key."""
    with _told(_BY_INDEX):
        yield


@contextmanager
def as_a_whole() -> Iterator[None]:
    """For statements about whole tables, in the caller's transaction: they are read once and joined by hashes."""
    with _told(_AS_A_WHOLE):
        yield


@contextmanager
def _told(settings: Mapping[str, str]) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
        yield
        # Not after an error: the transaction takes the settings with it.
        cursor.execute("; ".join(f"SET LOCAL {name} = DEFAULT" for name in settings))
