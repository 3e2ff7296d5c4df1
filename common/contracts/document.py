"""Published language of the document service."""

from uuid import UUID

from common.contracts.base import Event, event


@event("document.uploaded", owner="document")
class DocumentUploaded(Event):
    """A document exists."""

    document_id: UUID
    company_id: UUID
    title: str
    uploaded_by: UUID
