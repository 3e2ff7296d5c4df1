"""From an upload to a file that a document may have; a file that is infected goes into quarantine instead."""

from dataclasses import replace
from uuid import UUID

from common.security.principal import Principal
from common.security.scopes import open_scope
from document_service.documents.choices import ScanState
from document_service.documents.exceptions import InfectedFileError
from document_service.documents.files.spool import Upload
from document_service.documents.services.quarantine import quarantine_add, was_released
from document_service.documents.services.storing import CheckedFile, file_check, file_put


def file_receive(*, person: Principal, company_id: UUID, upload: Upload) -> CheckedFile:
    """Check the upload and put its bytes into the storage; call it outside of a transaction, or of one that commits.

    Raises UnsupportedTypeError, UnsafeFileError and InfectedFileError; what is infected is kept in quarantine
    by a transaction of its own.
    """
    file = file_check(upload)
    if file.state == ScanState.INFECTED:
        with open_scope(person.tenant_scope()):
            file = file_judge(file, company_id=company_id, uploaded_by=person.id)
    if file.state == ScanState.INFECTED:
        raise InfectedFileError(details={"signature": file.signature})
    file_put(company_id, file)
    return file


def file_judge(
    file: CheckedFile, *, company_id: UUID, uploaded_by: UUID, document_id: UUID | None = None
) -> CheckedFile:
    """Keep an infected file in quarantine, in the open transaction, unless somebody has released these bytes.

    Returns the file as it is to be taken: released, or infected as before. ``document_id`` is what it was for.
    """
    if was_released(company_id, file.upload.sha256):
        return replace(file, state=ScanState.RELEASED, signature="")
    quarantine_add(company_id=company_id, file=file, uploaded_by=uploaded_by, document_id=document_id)
    return file
