"""Giving files to people: each time is counted, logged and told of."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import FileResponse

from common.contracts.document import DocumentDownloaded
from common.messaging.services import publish
from common.privacy.subjects import Subject
from common.security.principal import Principal
from common.security.tenancy import company_scope
from document_service.documents.choices import ScanState
from document_service.documents.exceptions import (
    FileMissingError,
    FileNotScannedError,
    FileQuarantinedError,
)
from document_service.documents.files.attachments import attachment
from document_service.documents.files.kinds import EXTENSIONS
from document_service.documents.files.names import name_for_saving
from document_service.documents.files.storage import documents_storage
from document_service.documents.models import (
    AccessCount,
    Document,
    DocumentDownload,
    DocumentVersion,
    StoredFile,
)
from document_service.documents.selectors.visibility import document_get
from document_service.documents.services.storing import hold_key


@dataclass(frozen=True)
class ServedFile:
    """A file that a person may be given: where it is, and the name they save it under."""

    document: Document
    version: DocumentVersion
    key: str

    @property
    def name(self) -> str:
        """With an extension that fits the content."""
        return name_for_saving(self.version.filename, EXTENSIONS.get(self.version.mime_type, ()))

    def as_attachment(self) -> FileResponse:
        """The answer that gives the file; raises FileMissingError."""
        try:
            file = documents_storage().open(self.key)
        except FileNotFoundError:
            raise FileMissingError from None
        return attachment(file, name=self.name, size=self.version.file_size)


def file_to_serve(document: Document, number: int | None = None) -> ServedFile:
    """The file of a document's version, the newest unless told otherwise.

    Raises FileMissingError, FileNotScannedError and FileQuarantinedError.
    """
    versions = DocumentVersion.objects.select_related("file").filter(
        company_id=document.company_id, document=document, version=number or document.version
    )
    version = versions.first()
    if version is None or version.file is None:
        raise FileMissingError
    _refuse_unsafe(version.file)
    return ServedFile(document, version, version.file.key)


def file_of_person(subject: Subject, version_id: UUID) -> ServedFile:
    """The file of a version of a document about the person.

    Raises FileMissingError, FileNotScannedError and FileQuarantinedError.
    """
    with company_scope(subject.company_id):
        versions = DocumentVersion.objects.select_related("document", "file").filter(
            company_id=subject.company_id, document__employee_id=subject.employee_id, pk=version_id
        )
        version = versions.first()
    if version is None or version.file is None:
        raise FileMissingError
    _refuse_unsafe(version.file)
    return ServedFile(version.document, version, version.file.key)


@transaction.atomic
def document_download(
    *, person: Principal, document_id: UUID, number: int | None, address: str | None
) -> ServedFile:
    """A file for a person, logged. Raises DocumentNotFoundError and what :func:`file_to_serve` raises."""
    served = file_to_serve(document_get(person, document_id), number)
    download_log(served, user_id=person.id, address=address)
    return served


def download_log(
    served: ServedFile, *, user_id: UUID, address: str | None, link_id: UUID | None = None
) -> None:
    """Note in the open transaction that somebody was given the file; a link is noted at its first use."""
    document = served.document
    if link_id is not None:
        hold_key(f"of link {link_id}")
        uses = DocumentDownload.objects.filter(company_id=document.company_id, link_id=link_id)
        if uses.exists():
            return
    DocumentDownload.objects.create(
        company_id=document.company_id,
        document=document,
        title=document.title,
        version=served.version.version,
        user_id=user_id,
        address=address,
        link_id=link_id,
    )
    AccessCount.objects.create(company_id=document.company_id, document_id=document.id, downloads=1)
    publish(
        DocumentDownloaded(
            document_id=document.id,
            company_id=document.company_id,
            version=served.version.version,
            downloaded_by=user_id,
        ),
        aggregate_id=document.id,
        company_id=document.company_id,
        version=served.version.version,
    )


def view_count(document: Document) -> None:
    """Note that somebody looked at what is known about a document."""
    AccessCount.objects.create(company_id=document.company_id, document_id=document.id, views=1)


def _refuse_unsafe(file: StoredFile) -> None:
    if file.scan_state == ScanState.PENDING:
        raise FileNotScannedError
    if not file.is_available:
        raise FileQuarantinedError
