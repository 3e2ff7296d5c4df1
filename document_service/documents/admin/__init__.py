"""The admin of the document service; every change goes through a service."""

from document_service.documents.admin.documents import DocumentAdmin
from document_service.documents.admin.records import (
    CategoryAdmin,
    DownloadAdmin,
    QuarantineAdmin,
    QuotaAdmin,
)

__all__ = ["CategoryAdmin", "DocumentAdmin", "DownloadAdmin", "QuarantineAdmin", "QuotaAdmin"]
