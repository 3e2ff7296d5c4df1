"""Published language of the document service. File names and contents stay there: they may be personal."""

from datetime import date
from uuid import UUID

from common.contracts.base import Event, event


@event("document.uploaded", owner="document")
class DocumentUploaded(Event):
    """A document exists. ``employee_id`` is whom it is about, if anybody; ``size`` is in bytes."""

    document_id: UUID
    company_id: UUID
    title: str
    uploaded_by: UUID
    size: int
    mime_type: str
    document_type: str = ""
    category: str = ""
    employee_id: UUID | None = None
    expires_on: date | None = None
    source: str = ""


@event("document.versioned", owner="document")
class DocumentVersioned(Event):
    """A document has a newer file, its ``version``-th."""

    document_id: UUID
    company_id: UUID
    title: str
    version: int
    uploaded_by: UUID
    size: int
    mime_type: str


@event("document.downloaded", owner="document")
class DocumentDownloaded(Event):
    """Somebody was given the file of a document's ``version``."""

    document_id: UUID
    company_id: UUID
    version: int
    downloaded_by: UUID


@event("document.deleted", owner="document")
class DocumentDeleted(Event):
    """A document is gone with its versions."""

    document_id: UUID
    company_id: UUID


@event("document.expiring", owner="document")
class DocumentExpiring(Event):
    """A document ends in ``days_left`` days or fewer: ``step`` is the notice step reached, in days before the end."""

    document_id: UUID
    company_id: UUID
    title: str
    uploaded_by: UUID
    expires_on: date
    days_left: int
    step: int
    document_type: str = ""
    employee_id: UUID | None = None


@event("document.expired", owner="document")
class DocumentExpired(Event):
    """The last valid day of a document is over, -``days_left`` days ago; told again every week.

    ``step`` is the notice step reached: -1 at first, then -7, -14 and so on (see common/expiry.py).
    """

    document_id: UUID
    company_id: UUID
    title: str
    uploaded_by: UUID
    expires_on: date
    days_left: int = -1
    step: int = -1
    document_type: str = ""
    employee_id: UUID | None = None
