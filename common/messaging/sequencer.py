"""Gives committed events contiguous positions.

A reader that follows ids or transaction ids misses rows of slow writers or inverts the order of an
aggregate; positions given to rows that are already visible do neither. One sequencer works at a time.
"""

from django.db import connection

from common.security.tenancy import all_companies

LOCK = 7_274_001
BATCH = 5_000

_STAMP = """
WITH head AS (SELECT position FROM feed_head WHERE id = 1 FOR UPDATE),
unstamped AS (
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM event_log WHERE position IS NULL ORDER BY id LIMIT %s
),
stamped AS (
    UPDATE event_log SET position = head.position + unstamped.n
    FROM unstamped, head WHERE event_log.id = unstamped.id
    RETURNING event_log.position
)
UPDATE feed_head SET position = feed_head.position + (SELECT count(*) FROM stamped)
WHERE id = 1 AND EXISTS (SELECT 1 FROM stamped)
RETURNING position, (SELECT count(*) FROM stamped)
"""


def sequence(limit: int = BATCH) -> tuple[int, int]:
    """Stamp up to ``limit`` waiting events; returns (last position, number stamped), (0, 0) for none.

    The lock is taken in a statement of its own: the stamping statement then has a snapshot that is
    younger than the previous sequencer's commit. Another sequencer at work means there is nothing to do.
    """
    with all_companies("sequencer"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0, 0
        cursor.execute(_STAMP, [limit])
        row = cursor.fetchone()
    return (row[0], row[1]) if row else (0, 0)
