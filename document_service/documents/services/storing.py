"""Keeping files: the bytes are in the storage before a row tells of them, and go after the last row is gone.

Whoever puts bytes under a key or takes them away holds that key's lock until the transaction ends.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from document_service.documents.choices import REFUSED, ScanState
from document_service.documents.exceptions import InfectedFileError, StorageLimitReachedError
from document_service.documents.files.kinds import kind_of
from document_service.documents.files.names import clean_name
from document_service.documents.files.scanner import ScannerUnavailable, scan, scanner_address
from document_service.documents.files.spool import Upload
from document_service.documents.files.storage import put
from document_service.documents.models import StoredFile
from document_service.documents.selectors.statistics import storage_limit, storage_used


@dataclass(frozen=True)
class CheckedFile:
    """An upload that was looked into: its kind, the name to show, and what the scanner said."""

    upload: Upload
    name: str
    mime_type: str
    state: ScanState
    signature: str = ""

    @property
    def size(self) -> int:
        """In bytes."""
        return self.upload.length


def file_check(upload: Upload) -> CheckedFile:
    """Look into an upload, outside of any transaction: it may take a while.

    Raises UnsupportedTypeError and UnsafeFileError. A scanner that is down leaves the file pending.
    """
    name = clean_name(upload.name or "")
    mime_type = kind_of(upload.content, name)
    if not scanner_address():
        return CheckedFile(upload, name, mime_type, ScanState.UNCHECKED)
    try:
        finding = scan(upload.content)
    except ScannerUnavailable:
        return CheckedFile(upload, name, mime_type, ScanState.PENDING)
    if finding.signature:
        return CheckedFile(upload, name, mime_type, ScanState.INFECTED, finding.signature)
    return CheckedFile(upload, name, mime_type, ScanState.CLEAN)


def file_put(company_id: UUID, file: CheckedFile) -> None:
    """Bring the bytes into the storage before the transaction begins that will tell of them."""
    put(_unsaved(company_id, file).key, file.upload)


def file_keep(company_id: UUID, file: CheckedFile) -> StoredFile:
    """The row of the file's bytes in the open transaction; the same bytes have one a company.

    Raises InfectedFileError for bytes that are in quarantine, and StorageLimitReachedError.
    """
    fresh = _unsaved(company_id, file)
    hold_key(fresh.key)
    # They were put there before; somebody may have taken the last row of them away since.
    put(fresh.key, file.upload)
    known = StoredFile.objects.filter(company_id=company_id, sha256=fresh.sha256).first()
    if known is None:
        _refuse_beyond_limit(company_id, fresh.size)
        fresh.save(force_insert=True)
        return fresh
    if known.scan_state in REFUSED:
        raise InfectedFileError
    known.unused_since = None
    if fresh.scan_state == ScanState.CLEAN and known.scan_state != ScanState.RELEASED:
        known.scan_state, known.scanned_at = fresh.scan_state, fresh.scanned_at
    known.save()
    return known


def hold_key(key: str) -> None:
    """Wait until nobody else puts or removes the bytes of this key, and keep others waiting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('stored file ' || %s, 0))", [key])


def _unsaved(company_id: UUID, file: CheckedFile) -> StoredFile:
    scanned = file.state in (ScanState.CLEAN, ScanState.INFECTED)
    return StoredFile(
        company_id=company_id,
        sha256=file.upload.sha256,
        size=file.size,
        scan_state=file.state,
        signature=file.signature,
        scanned_at=timezone.now() if scanned else None,
    )


def _refuse_beyond_limit(company_id: UUID, more: int) -> None:
    """Uploads at the same moment may each still fit: the limit may be passed by what they bring."""
    limit = storage_limit(company_id)
    if storage_used(company_id) + more > limit:
        raise StorageLimitReachedError(details={"limit": limit})
