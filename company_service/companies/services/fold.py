"""Folding the headcount ledger into totals, and checking the totals against it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from common.contracts.company import HeadcountChanged
from common.messaging.services import Publication, publish_many
from common.security.tenancy import all_companies
from company_service.companies.services.histories import taking_back

BATCH = 10_000
# Marks rows and adds them up in one statement. Two folds at once take different rows; a killed one took none.
# Entries of a company that is not known here yet wait for it.
FOLD = """
WITH picked AS MATERIALIZED (
    SELECT l.id FROM headcount_ledger AS l JOIN companies AS c ON c.id = l.company_id
    WHERE NOT l.folded ORDER BY l.id LIMIT %s FOR UPDATE OF l SKIP LOCKED
), taken AS (
    UPDATE headcount_ledger AS l SET folded = true FROM picked WHERE l.id = picked.id
    RETURNING l.company_id, l.delta
), changes AS (
    SELECT company_id, sum(delta) AS delta FROM taken
    GROUP BY company_id HAVING sum(delta) <> 0 ORDER BY company_id
), totals AS (
    INSERT INTO headcount_totals AS t (company_id, total, version) SELECT company_id, delta, 1 FROM changes
    ON CONFLICT (company_id) DO UPDATE
        SET total = t.total + EXCLUDED.total, version = t.version + 1, updated_at = now()
    RETURNING t.id, t.company_id, t.total, t.version
)
SELECT (SELECT count(*) FROM taken), totals.id, totals.company_id, totals.total, totals.version, changes.delta
FROM totals JOIN changes USING (company_id)
UNION ALL SELECT (SELECT count(*) FROM taken), null, null, null, null, null
"""
TAKE_BACK = """
SELECT company_id, coalesce(sum(delta) FILTER (WHERE folded), 0) FROM headcount_take_back(%s)
GROUP BY company_id ORDER BY company_id
"""
# A statement of its own, to see what a fold has written that the one before waited for.
LESSEN = """
UPDATE headcount_totals AS t SET total = t.total - x.delta, version = t.version + 1, updated_at = now()
FROM unnest(%s::uuid[], %s::int[]) AS x(company_id, delta)
WHERE t.company_id = x.company_id AND x.delta <> 0
RETURNING t.id, t.company_id, t.total, t.version, x.delta
"""
# As before anybody was counted.
FORGET = """
DELETE FROM headcount_totals AS t WHERE t.company_id = ANY(%s) AND t.total = 0
    AND NOT EXISTS (SELECT FROM headcount_ledger AS l WHERE l.company_id = t.company_id)
"""
DIFFERENCES = """
SELECT coalesce(l.company_id, t.company_id), coalesce(t.total, 0), coalesce(l.total, 0)
FROM (
    SELECT l.company_id, sum(l.delta) AS total FROM headcount_ledger AS l JOIN companies AS c ON c.id = l.company_id
    WHERE l.folded GROUP BY l.company_id
) AS l
FULL JOIN headcount_totals AS t USING (company_id)
WHERE coalesce(t.total, 0) <> coalesce(l.total, 0)
ORDER BY 1
"""
REPAIR = """
INSERT INTO headcount_totals AS t (company_id, total, version) VALUES (%s, %s, 1)
ON CONFLICT (company_id) DO UPDATE SET total = EXCLUDED.total, version = t.version + 1, updated_at = now()
RETURNING id, version
"""


@dataclass(frozen=True)
class HeadcountDifference:
    """A company whose stored total is not the sum of its folded entries."""

    company_id: UUID
    stored: int
    counted: int


def headcount_fold() -> int:
    """Add new ledger entries to the totals; returns how often headcount.changed was published.

    Safe to kill and to run beside itself.
    """
    published = 0
    while True:
        taken, events = _fold_batch()
        published += events
        if taken < BATCH:
            return published


def _fold_batch() -> tuple[int, int]:
    with all_companies("headcount fold"):
        with connection.cursor() as cursor:
            cursor.execute(FOLD, [BATCH])
            rows = cursor.fetchall()
        publications = [
            Publication(
                HeadcountChanged(company_id=company_id, headcount=total, delta=int(delta)),
                aggregate_id,
                company_id,
                version,
            )
            for _, aggregate_id, company_id, total, version, delta in rows
            if aggregate_id is not None
        ]
        publish_many(publications)
        return rows[0][0], len(publications)


def headcount_take_back(employee_ids: Collection[UUID]) -> None:
    """Delete every entry about these people, and take what was folded out of the totals: they never were.

    In the caller's transaction and scope. Publishes headcount.changed where a total becomes another.
    """
    with taking_back(), connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, [list(employee_ids)])
        folded = cursor.fetchall()
        companies = [company_id for company_id, _ in folded]
        cursor.execute(LESSEN, [companies, [delta for _, delta in folded]])
        publish_many(
            Publication(
                HeadcountChanged(company_id=company_id, headcount=total, delta=-delta),
                aggregate_id,
                company_id,
                version,
            )
            for aggregate_id, company_id, total, version, delta in cursor.fetchall()
        )
        cursor.execute(FORGET, [companies])


def headcount_recount(*, apply: bool) -> list[HeadcountDifference]:
    """Compare every total with the ledger; with ``apply`` put it right and publish headcount.changed."""
    with all_companies("headcount recount"), connection.cursor() as cursor:
        if apply:
            # No fold between counting and putting right.
            cursor.execute("LOCK TABLE headcount_totals IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(DIFFERENCES)
        differences = [HeadcountDifference(*row) for row in cursor.fetchall()]
        if apply:
            publish_many([_repair(difference) for difference in differences])
        return differences


def _repair(difference: HeadcountDifference) -> Publication:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REPAIR, [difference.company_id, difference.counted])
        aggregate_id, version = cursor.fetchone()
    event = HeadcountChanged(
        company_id=difference.company_id,
        headcount=difference.counted,
        delta=difference.counted - difference.stored,
    )
    return Publication(event, aggregate_id, difference.company_id, version)
