"""Files that a scanner found something in: kept apart, until somebody releases or discards them."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from document_service.documents.choices import ScanState, Verdict
from document_service.documents.exceptions import AlreadyDecidedError
from document_service.documents.files.storage import put
from document_service.documents.models import DocumentVersion, QuarantinedFile, StoredFile
from document_service.documents.services.storing import CheckedFile, hold_key


def was_released(company_id: UUID, sha256: str) -> bool:
    """Whether somebody has released these bytes from quarantine."""
    incidents = QuarantinedFile.objects.filter(company_id=company_id, sha256=sha256, verdict=Verdict.RELEASED)
    return incidents.exists()


@transaction.atomic
def quarantine_add(
    *, company_id: UUID, file: CheckedFile, uploaded_by: UUID, document_id: UUID | None = None
) -> QuarantinedFile:
    """Keep a refused upload apart; documents that have the same bytes are not served from now on."""
    stored = StoredFile(company_id=company_id, sha256=file.upload.sha256, size=file.size)
    hold_key(stored.key)
    put(stored.key, file.upload)
    stored, _created = StoredFile.objects.update_or_create(
        company_id=company_id,
        sha256=file.upload.sha256,
        defaults={
            "size": file.size,
            "scan_state": ScanState.INFECTED,
            "signature": file.signature,
            "scanned_at": timezone.now(),
            "unused_since": None,
        },
    )
    return QuarantinedFile.objects.create(
        company_id=company_id,
        file=stored,
        sha256=stored.sha256,
        filename=file.name,
        size=file.size,
        signature=file.signature,
        uploaded_by=uploaded_by,
        document_id=document_id,
    )


@transaction.atomic
def file_found_infected(file: StoredFile, signature: str) -> None:
    """Put a file that was waiting for its scan into quarantine, once for each document it is in."""
    file.scan_state, file.signature, file.scanned_at = ScanState.INFECTED, signature, timezone.now()
    file.save(update_fields=["scan_state", "signature", "scanned_at", "updated_at"])
    versions = DocumentVersion.objects.filter(company_id=file.company_id, file=file)
    QuarantinedFile.objects.bulk_create(
        QuarantinedFile(
            company_id=file.company_id,
            file=file,
            sha256=file.sha256,
            filename=version.filename,
            size=file.size,
            signature=signature,
            uploaded_by=version.uploaded_by,
            document_id=version.document_id,
        )
        for version in versions
    )


def quarantine_release(*, incident_id: UUID, decided_by: UUID) -> None:
    """Let the file be used: the scanner was wrong. Uploads of the same bytes are accepted from now on.

    Raises AlreadyDecidedError.
    """
    _decide(incident_id, decided_by, Verdict.RELEASED, ScanState.RELEASED)


def quarantine_discard(*, incident_id: UUID, decided_by: UUID) -> None:
    """Give the file up: its bytes are removed; a document that has them keeps the rest of what is known.

    Raises AlreadyDecidedError.
    """
    _decide(incident_id, decided_by, Verdict.DISCARDED, ScanState.DISCARDED)


@transaction.atomic
def _decide(incident_id: UUID, decided_by: UUID, verdict: Verdict, state: ScanState) -> None:
    incident = QuarantinedFile.objects.select_for_update().get(pk=incident_id)
    if incident.verdict != Verdict.WAITING or incident.file_id is None:
        raise AlreadyDecidedError
    now = timezone.now()
    StoredFile.objects.filter(pk=incident.file_id).update(scan_state=state, updated_at=now, unused_since=now)
    # One decision about the bytes is one about every time they came.
    QuarantinedFile.objects.filter(file_id=incident.file_id, verdict=Verdict.WAITING).update(
        verdict=verdict, decided_by=decided_by, decided_at=now, updated_at=now
    )
