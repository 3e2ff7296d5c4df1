"""How PostgreSQL finds rows while an old file is dealt with."""

from contextlib import AbstractContextManager, nullcontext

import pytest
from django.db import connection, transaction

from common.legacy.planning import as_a_whole, by_index

pytestmark = pytest.mark.usefixtures("db")


def plan_of_a_join(told: AbstractContextManager[None]) -> str:
    """The plan of looking 2,000 rows up in 10,000, by which PostgreSQL left to itself would read all of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE known_rows (key text PRIMARY KEY, said text) ON COMMIT DROP")
        cursor.execute("INSERT INTO known_rows SELECT n::text, 'x' FROM generate_series(1, 10000) n")
        cursor.execute("CREATE TEMPORARY TABLE batch_rows (key text) ON COMMIT DROP")
        cursor.execute("INSERT INTO batch_rows SELECT n::text FROM generate_series(1, 2000) n")
        cursor.execute("ANALYZE known_rows, batch_rows")
        with told:
            cursor.execute("EXPLAIN SELECT * FROM batch_rows s JOIN known_rows l ON l.key = s.key")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DROP TABLE known_rows, batch_rows")
        return plan


def test_rows_of_a_batch_are_looked_up_by_their_keys() -> None:
    plan = plan_of_a_join(by_index())
    assert "Index Scan using known_rows_pkey" in plan
    assert "Seq Scan on batch_rows" in plan
    assert "Nested Loop" not in plan_of_a_join(nullcontext())


def test_whole_tables_are_not_looked_up_row_by_row() -> None:
    with as_a_whole():
        assert "Nested Loop" not in plan_of_a_join(nullcontext())
        assert "Nested Loop" in plan_of_a_join(by_index())


def test_afterwards_the_planner_is_its_own_master_again() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        with by_index():
            pass
        cursor.execute("SELECT current_setting('enable_hashjoin'), current_setting('enable_material')")
        assert cursor.fetchone() == ("on", "on")
