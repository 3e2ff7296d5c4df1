"""Old documents made, changed and taken back by the thousand, with the events that tell of them.

They come without their files, which ``old_files`` brings; until then nothing is counted as stored for them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.contracts.document import DocumentDeleted, DocumentUploaded
from common.legacy.staging import array_text, publish_staged, stage
from common.messaging.services import Publication
from document_service.documents.choices import Verdict
from document_service.documents.selectors.terms import terms_of
from document_service.documents.services.sweeping import files_remove_unused

IMPORT: Final = "import"
_COLUMNS: Final = {
    "id": "uuid", "company_id": "uuid", "created_at": "timestamptz", "updated_at": "timestamptz",
    "title": "text", "filename": "text", "mime_type": "text", "category": "text", "category_folded": "text",
    "tags": "text[]", "description": "text", "is_archived": "boolean", "uploaded_by": "uuid",
    "employee_id": "uuid", "license_id": "uuid", "document_type": "text", "old_id": "text",
    "old_values": "jsonb", "terms": "text[]", "weights": "smallint[]",
}  # fmt: skip
# A category is spelled as the company's own of that name; rows in the order of an index are written faster.
_INSERT: Final = """
INSERT INTO documents (
    id, company_id, created_at, updated_at, title, filename, file_size, mime_type, category, category_folded,
    tags, description, version, is_public, is_archived, uploaded_by, employee_id, license_id, document_type,
    document_number, download_count, view_count, read_audiences, write_audiences, delete_audiences, old_id,
    old_values
)
SELECT s.id, s.company_id, coalesce(s.created_at, now()), coalesce(s.updated_at, s.created_at, now()), s.title,
    s.filename, 0, s.mime_type, coalesce(c.name, s.category), s.category_folded, s.tags, s.description, 1, false,
    s.is_archived, s.uploaded_by, s.employee_id, s.license_id, s.document_type, '', 0, 0, '{}', '{}', '{}',
    s.old_id, s.old_values
FROM pg_temp.staged_documents AS s
LEFT JOIN document_categories AS c ON c.company_id = s.company_id AND c.name_folded = s.category_folded
ORDER BY s.company_id, s.created_at
"""
_INSERT_TERMS: Final = """
INSERT INTO document_terms (company_id, document_id, term, weight)
SELECT s.company_id, s.id, t.term, t.weight
FROM pg_temp.staged_documents AS s, unnest(s.terms, s.weights) AS t (term, weight)
ORDER BY s.company_id, t.term
"""
_UPDATE: Final = """
UPDATE documents AS d SET
    created_at = coalesce(s.created_at, d.created_at), updated_at = coalesce(s.updated_at, now()),
    title = s.title, filename = s.filename, category = coalesce(c.name, s.category),
    category_folded = s.category_folded, tags = s.tags, description = s.description,
    mime_type = CASE WHEN d.file_id IS NULL THEN s.mime_type ELSE d.mime_type END,
    is_archived = s.is_archived, uploaded_by = s.uploaded_by, employee_id = s.employee_id,
    license_id = s.license_id, document_type = s.document_type, old_values = s.old_values,
    is_public = false, document_number = '', document_number_mark = NULL, expires_on = NULL,
    read_audiences = '{}', write_audiences = '{}', delete_audiences = '{}'
FROM pg_temp.staged_documents AS s
LEFT JOIN document_categories AS c ON c.company_id = s.company_id AND c.name_folded = s.category_folded
WHERE d.id = s.id
"""
_MOVED: Final = """
SELECT d.id FROM documents AS d JOIN unnest(%s::uuid[], %s::uuid[]) AS s (id, company_id) ON s.id = d.id
WHERE d.company_id <> s.company_id
"""
_OTHER_FILE: Final = """
SELECT d.id FROM documents AS d JOIN pg_temp.staged_documents AS s ON s.id = d.id
WHERE d.old_values->>'file_url' IS DISTINCT FROM s.old_values->>'file_url' AND d.version = 1
"""
# What people did since keeps a document: its reason stands in the report.
_KEPT: Final = """
SELECT d.id, CASE WHEN d.version > 1 THEN 'a newer version was uploaded'
    ELSE 'people were given rights to it' END
FROM documents AS d
WHERE d.id = ANY(%(ids)s) AND (
    d.version > 1 OR EXISTS (SELECT FROM document_permissions AS p WHERE p.document_id = d.id)
)
"""
_UNUSED: Final = """
UPDATE stored_files SET unused_since = now() WHERE id IN (
    SELECT file_id FROM document_versions WHERE document_id = ANY(%(ids)s) AND file_id IS NOT NULL
    UNION SELECT file_id FROM quarantined_files WHERE document_id = ANY(%(ids)s) AND verdict = %(waiting)s
)
"""
_DELETE: Final = (
    "DELETE FROM document_terms AS t USING documents AS d"
    " WHERE d.id = ANY(%(ids)s) AND t.company_id = d.company_id AND t.document_id = d.id",
    "DELETE FROM document_access_counts AS n USING documents AS d"
    " WHERE d.id = ANY(%(ids)s) AND n.company_id = d.company_id AND n.document_id = d.id",
    "DELETE FROM document_expiry_notices WHERE document_id = ANY(%(ids)s)",
    "DELETE FROM quarantined_files WHERE document_id = ANY(%(ids)s) AND verdict = %(waiting)s",
    "DELETE FROM document_permissions WHERE document_id = ANY(%(ids)s)",
    "DELETE FROM document_versions WHERE document_id = ANY(%(ids)s)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldDocumentFields:
    """What an import says about a document. ``old_values`` is JSON text, ``tags`` are distinct already."""

    id: UUID
    company_id: UUID
    created_at: datetime | None
    updated_at: datetime | None
    title: str
    filename: str
    mime_type: str
    category: str
    category_folded: str
    tags: tuple[str, ...]
    description: str
    is_archived: bool
    uploaded_by: UUID
    employee_id: UUID | None
    license_id: UUID | None
    document_type: str
    old_id: str
    old_values: str


def documents_import(documents: Sequence[OldDocumentFields]) -> None:
    """Make old documents without their files, in the caller's transaction; raises IntegrityError for what is here."""
    with connection.cursor() as cursor:
        _stage(cursor, documents)
        cursor.execute(_INSERT)
        cursor.execute(_INSERT_TERMS)
    publish_staged(_uploaded(document) for document in documents)


def documents_change(documents: Sequence[OldDocumentFields]) -> None:
    """Bring documents that are here to what the old system says now, in the caller's transaction.

    One that is in another company now is made anew there; one that has another file now waits for it.
    """
    here = [document.id for document in documents]
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [here, [document.company_id for document in documents]])
        moved = {row[0] for row in cursor.fetchall()}
    if moved:
        _delete(sorted(moved))
        documents_import([document for document in documents if document.id in moved])
    staying = [document for document in documents if document.id not in moved]
    if not staying:
        return
    with connection.cursor() as cursor:
        _stage(cursor, staying)
        cursor.execute(_OTHER_FILE)
        _let_go_of_files(cursor, [row[0] for row in cursor.fetchall()])
        cursor.execute(_UPDATE)
        cursor.execute(_DELETE[0], {"ids": [document.id for document in staying]})
        cursor.execute(_INSERT_TERMS)


def documents_remove(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take imported documents away with their files, and tell of it; answers which must stay and why."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, {"ids": list(ids)})
        kept: dict[UUID, str] = dict(cursor.fetchall())
    _delete([document_id for document_id in ids if document_id not in kept])
    return kept


def _stage(cursor: CursorWrapper, documents: Iterable[OldDocumentFields]) -> None:
    stage(cursor, "staged_documents", _COLUMNS, map(_values, documents))


def _values(document: OldDocumentFields) -> tuple[Any, ...]:
    terms = terms_of(
        title=document.title,
        tags=list(document.tags),
        filename=document.filename,
        description=document.description,
    )
    return (
        document.id, document.company_id, document.created_at, document.updated_at, document.title,
        document.filename, document.mime_type, document.category, document.category_folded,
        array_text(document.tags), document.description, document.is_archived, document.uploaded_by,
        document.employee_id, document.license_id, document.document_type, document.old_id,
        document.old_values, array_text(tuple(terms)), array_text(tuple(map(str, terms.values()))),
    )  # fmt: skip


def _uploaded(document: OldDocumentFields) -> Publication:
    event = DocumentUploaded(
        document_id=document.id,
        company_id=document.company_id,
        title=document.title,
        uploaded_by=document.uploaded_by,
        size=0,
        mime_type=document.mime_type,
        document_type=document.document_type,
        category=document.category,
        employee_id=document.employee_id,
        source=IMPORT,
    )
    return Publication(event, document.id, document.company_id, 1)


def _let_go_of_files(cursor: CursorWrapper, ids: list[UUID]) -> None:
    if not ids:
        return
    values: dict[str, Any] = {"ids": ids, "waiting": Verdict.WAITING.value}
    cursor.execute(_UNUSED, values)
    cursor.execute("DELETE FROM document_versions WHERE document_id = ANY(%(ids)s)", values)
    cursor.execute("UPDATE documents SET file_id = NULL, file_size = 0 WHERE id = ANY(%(ids)s)", values)


def _delete(ids: list[UUID]) -> None:
    if not ids:
        return
    values: dict[str, Any] = {"ids": ids, "waiting": Verdict.WAITING.value}
    with connection.cursor() as cursor:
        cursor.execute(_UNUSED, values)
        unused = cursor.rowcount
        for statement in _DELETE:
            cursor.execute(statement, values)
        cursor.execute(
            "DELETE FROM documents WHERE id = ANY(%(ids)s) RETURNING id, company_id, version", values
        )
        gone = cursor.fetchall()
    publish_staged(
        Publication(
            DocumentDeleted(document_id=document_id, company_id=company_id),
            document_id,
            company_id,
            version + 1,
        )
        for document_id, company_id, version in gone
    )
    if unused:
        transaction.on_commit(_remove_files, robust=True)


def _remove_files() -> None:
    """At once; were the process killed here, the worker would do it within a minute."""
    while files_remove_unused():
        pass
