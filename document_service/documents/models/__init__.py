"""Tables of the document service."""

from document_service.documents.models.categories import DocumentCategory
from document_service.documents.models.documents import Document, DocumentPermission, DocumentVersion
from document_service.documents.models.files import QuarantinedFile, StorageQuota, StoredFile
from document_service.documents.models.traces import (
    AccessCount,
    DocumentDownload,
    ExpiryNotice,
    SearchTerm,
)

__all__ = [
    "AccessCount",
    "Document",
    "DocumentCategory",
    "DocumentDownload",
    "DocumentPermission",
    "DocumentVersion",
    "ExpiryNotice",
    "QuarantinedFile",
    "SearchTerm",
    "StorageQuota",
    "StoredFile",
]
