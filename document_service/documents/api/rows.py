"""What documents and their versions look like on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import (
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat, JSONObject

from common.api.rows import ReadyJson, Row
from common.security.encryption.fields import EncryptedTextField
from document_service.documents.models import AccessCount, Document, StoredFile

# Of a document's number people see the end; the rest is on the paper itself.
SHOWN_CHARACTERS = 3
MASK = "••••"


def _address(column: str, *behind: Any) -> Concat:
    parts = (Value("/documents/"), Cast(column, TextField()), Value("/download"), *behind)
    return Concat(*parts, output_field=TextField())


def _counted(column: str, waiting: str) -> Any:
    """A count with what is not added to its document yet: exact at any moment."""
    counts = AccessCount.objects.filter(company_id=OuterRef("company_id"), document_id=OuterRef("pk"))
    sums = counts.order_by().values("document_id").annotate(total=Sum(waiting)).values("total")
    return F(column) + Coalesce(Subquery(sums, output_field=IntegerField()), 0)


class _Masked(EncryptedTextField):
    """A sealed number of which only the end is shown."""

    def opened(self, sealed: str, row_id: UUID | str) -> str:
        """The mask and the end."""
        return f"{MASK}{super().opened(sealed, row_id)[-SHOWN_CHARACTERS:]}"


def _masked(column: str) -> Any:
    masked = _Masked()
    masked.set_attributes_from_name(column)
    masked.model = Document
    return ExpressionWrapper(F(column), output_field=masked)


_FILES = StoredFile.objects.filter(company_id=OuterRef("company_id"), pk=OuterRef("file_id"))

DOCUMENT = Row(
    {
        "id": "id",
        "company_id": "company_id",
        "title": "title",
        "filename": "filename",
        "file_path": _address("id"),
        "file_size": "file_size",
        "mime_type": "mime_type",
        "category": "category",
        "tags": "tags",
        "description": "description",
        "version": "version",
        "is_public": "is_public",
        "is_archived": "is_archived",
        "uploaded_by": "uploaded_by",
        "download_count": _counted("download_count", "downloads"),
        "view_count": _counted("view_count", "views"),
        "created_at": "created_at",
        "updated_at": "updated_at",
        "employee_id": "employee_id",
        "license_id": "license_id",
        "document_type": "document_type",
        "document_number": _masked("document_number"),
        "expires_on": "expires_on",
        "scan_state": Subquery(_FILES.values("scan_state")),
        "sha256": Subquery(_FILES.values("sha256")),
        "permissions": JSONObject(
            read="read_audiences",
            write="write_audiences",
            delete="delete_audiences",
        ),
    },
    required=("title", "filename", "mime_type"),
)

VERSION = Row(
    {
        "id": "id",
        "document_id": "document_id",
        "version": "version",
        "filename": "filename",
        "file_path": _address("document_id", Value("?version="), Cast("version", TextField())),
        "file_size": "file_size",
        "mime_type": "mime_type",
        "change_log": "change_log",
        "uploaded_by": "uploaded_by",
        "expires_on": "expires_on",
        "created_at": "created_at",
    },
    required=("filename", "mime_type"),
)


def one(rows: QuerySet[Any], key: str, row: Row) -> ReadyJson:
    """The answer that shows the one row of ``rows`` under ``key``; raises the model's DoesNotExist."""
    found = row.read(rows[:1])
    if not found:
        raise rows.model.DoesNotExist
    return ReadyJson({"success": True, key: found[0].shown})


def every(rows: QuerySet[Any], key: str, row: Row) -> ReadyJson:
    """The answer that shows all of ``rows``, which are few, under ``key``."""
    return ReadyJson({"success": True, key: [read.shown for read in row.read(rows)]})


def among(
    around: Mapping[str, Any], key: str, rows: QuerySet[Any], ids: Sequence[UUID], row: Row
) -> ReadyJson:
    """The answer ``around``, and the rows with these ids, in their order, under ``key``."""
    shown = {read.beside[0]: read.shown for read in row.read(rows.filter(pk__in=ids), "pk")}
    return ReadyJson({**around, key: [shown[one] for one in ids if one in shown]})
