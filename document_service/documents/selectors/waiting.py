"""Old documents that wait for their files: those without a first version."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from common.security.tenancy import all_companies

REASON: Final = "files of old documents"
_FROM: Final = """
FROM documents AS d
WHERE d.old_id <> '' AND NOT EXISTS (
    SELECT FROM document_versions AS v WHERE v.document_id = d.id AND v.version = 1
)
"""
_COUNT: Final = f"SELECT count(*) {_FROM}"
_WAITING: Final = f"""
SELECT d.id, d.company_id, d.title, d.filename, d.uploaded_by, coalesce(d.old_values->>'file_url', ''),
    coalesce(d.old_values->>'file_name', d.filename), (d.old_values->>'file_size')
{_FROM} AND (d.company_id, d.id) > (%s, %s) ORDER BY d.company_id, d.id LIMIT %s
"""
# The same file under one address may be in many documents; other addresses with its name are other files.
_SHARED_NAMES: Final = r"""
WITH told AS (
    SELECT coalesce(old_values->>'file_url', id::text) AS address, coalesce(old_values->>'file_url', '') AS url,
        coalesce(old_values->>'file_name', filename) AS name
    FROM documents WHERE old_id <> ''
), named AS (
    SELECT regexp_replace(url, '^.*[/\\]', '') AS name, address FROM told
    UNION SELECT regexp_replace(name, '^.*[/\\]', ''), address FROM told
)
SELECT name FROM named WHERE name <> '' GROUP BY name HAVING count(*) > 1
"""
_FIRST: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document whose file is not here; ``size`` is what the old system said, in bytes."""

    id: UUID
    company_id: UUID
    title: str
    filename: str
    uploaded_by: UUID
    address: str
    name: str
    size: str | None


def waiting_count() -> int:
    """How many old documents wait for their files."""
    with all_companies(REASON), connection.cursor() as cursor:
        cursor.execute(_COUNT)
        return int(cursor.fetchone()[0])


def waiting_batches(size: int) -> Iterator[list[Waiting]]:
    """The documents that wait, each once, company by company."""
    after = (_FIRST, _FIRST)
    while True:
        with all_companies(REASON), connection.cursor() as cursor:
            cursor.execute(_WAITING, [*after, size])
            batch = [Waiting(*row) for row in cursor.fetchall()]
        if not batch:
            return
        yield batch
        after = (batch[-1].company_id, batch[-1].id)


def shared_names() -> frozenset[str]:
    """Names that several old documents give to different files: such a name alone says nothing."""
    with all_companies(REASON), connection.cursor() as cursor:
        cursor.execute(_SHARED_NAMES)
        return frozenset(row[0] for row in cursor.fetchall())
