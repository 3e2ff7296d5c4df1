"""New versions of documents."""

from datetime import date
from uuid import UUID

from django.db import transaction

from common.contracts.document import DocumentVersioned
from common.messaging.services import publish
from common.security.principal import Principal
from document_service.documents.choices import Action
from document_service.documents.models import DocumentVersion
from document_service.documents.services.documents import document_lock, take_file, version_write
from document_service.documents.services.search_terms import search_terms_renew
from document_service.documents.services.storing import CheckedFile, file_keep


@transaction.atomic
def version_add(
    *,
    person: Principal,
    document_id: UUID,
    file: CheckedFile,
    change_log: str,
    expires_on: date | None = None,
    document_number: str = "",
) -> DocumentVersion:
    """Give a document a newer file. With ``expires_on`` it is a renewal: notices of the old end are over.

    Raises DocumentNotFoundError, PermissionDeniedError, StorageLimitReachedError and InfectedFileError.
    """
    document = document_lock(person, document_id, Action.WRITE)
    take_file(document, file)
    document.file = file_keep(document.company_id, file)
    document.version += 1
    document.expires_on = expires_on or document.expires_on
    document.document_number = document_number or document.document_number
    document.save()
    version = version_write(document, uploaded_by=person.id, change_log=change_log)
    search_terms_renew(document)
    publish(
        DocumentVersioned(
            document_id=document.id,
            company_id=document.company_id,
            title=document.title,
            version=document.version,
            uploaded_by=person.id,
            size=document.file_size,
            mime_type=document.mime_type,
        ),
        aggregate_id=document.id,
        company_id=document.company_id,
        version=document.version,
    )
    return version
