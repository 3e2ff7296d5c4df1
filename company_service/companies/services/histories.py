"""Histories that only grow, and the one who may shorten them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def taking_back() -> Iterator[None]:
    """Within it, entries of the headcount's and the licences' histories may be deleted, in one transaction.

    Only for what an import had brought and what is taken back with it: that never was.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.taking_back', 'on', true)")
        yield
        cursor.execute("SELECT set_config('app.taking_back', '', true)")
