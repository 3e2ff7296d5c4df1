"""Views and downloads: noted by inserts, which wait for nobody, and added to their documents afterwards."""

from django.db import connection

from common.security.tenancy import all_companies

BATCH = 5_000
# One statement: killed in the middle, it has done nothing; beside itself, each takes other rows.
FOLD = """
WITH taken AS (
    DELETE FROM document_access_counts WHERE id IN (
        SELECT id FROM document_access_counts ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
    ) RETURNING company_id, document_id, views, downloads
), sums AS (
    SELECT company_id, document_id, sum(views) AS views, sum(downloads) AS downloads FROM taken GROUP BY 1, 2
), held AS (
    SELECT d.id, s.views, s.downloads FROM documents AS d
    JOIN sums AS s ON d.company_id = s.company_id AND d.id = s.document_id
    ORDER BY d.id FOR NO KEY UPDATE OF d
), added AS (
    UPDATE documents AS d
    SET view_count = view_count + held.views, download_count = download_count + held.downloads
    FROM held WHERE d.id = held.id
)
SELECT count(*) FROM taken
"""


def counts_fold(*, batch: int = BATCH) -> int:
    """Add what was noted to the documents; returns how many notes there were. Safe to kill and to run twice."""
    total = 0
    while True:
        with all_companies("counts of views and downloads"), connection.cursor() as cursor:
            cursor.execute(FOLD, [batch])
            taken = int(cursor.fetchone()[0])
        total += taken
        if taken < batch:
            return total
