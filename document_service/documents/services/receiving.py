"""From an upload to a file that a document may have; a file that is infected goes into quarantine instead."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from uuid import UUID

from common.security.principal import Principal
from common.security.scopes import open_scope
from document_service.documents.choices import ScanState
from document_service.documents.exceptions import InfectedFileError
from document_service.documents.files.spool import Upload
from document_service.documents.services.quarantine import quarantine_add, was_released
from document_service.documents.services.storing import CheckedFile, file_check, file_put


def file_receive(*, person: Principal, company_id: UUID, upload: Upload) -> CheckedFile:
    """Check a person's upload and put its bytes into the storage; see :func:`file_accept`."""
    return file_accept(
        upload, company_id=company_id, uploaded_by=person.id, scope=partial(open_scope, person.tenant_scope())
    )


def file_accept(
    upload: Upload,
    *,
    company_id: UUID,
    uploaded_by: UUID,
    scope: Callable[[], AbstractContextManager[None]],
    document_id: UUID | None = None,
) -> CheckedFile:
    """Check the upload and put its bytes into the storage; call it outside of a transaction, or of one that commits.

    Raises UnsupportedTypeError, UnsafeFileError and InfectedFileError; what is infected is kept in quarantine
    by a transaction of its own, with the document that it is of, if there is one.
    """
    file = file_check(upload)
    if file.state == ScanState.INFECTED:
        with scope():
            released = was_released(company_id, upload.sha256)
            if not released:
                quarantine_add(
                    company_id=company_id, file=file, uploaded_by=uploaded_by, document_id=document_id
                )
        if not released:
            raise InfectedFileError(details={"signature": file.signature})
        file = replace(file, state=ScanState.RELEASED, signature="")
    file_put(company_id, file)
    return file
