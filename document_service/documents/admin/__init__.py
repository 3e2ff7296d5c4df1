"""The admin of the document service; every change goes through a service."""

from document_service.documents.admin.documents import DocumentAdmin

__all__ = ["DocumentAdmin"]
