"""Files that came while the scanner was down are scanned when it is back."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from django.utils import timezone

from common.errors import ServiceUnavailableError
from common.security.tenancy import all_companies, company_scope
from document_service.documents.choices import ScanState
from document_service.documents.files.scanner import ScannerUnavailable, scan, scanner_address
from document_service.documents.files.storage import documents_storage
from document_service.documents.models import StoredFile
from document_service.documents.services.quarantine import file_found_infected

BATCH = 50

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Scanned:
    """What a run found out."""

    clean: int = 0
    infected: int = 0


def files_scan_pending(*, batch: int = BATCH) -> Scanned:
    """Scan the files that wait, oldest first, until there is none or the scanner does not answer.

    A scan holds no lock; two at once find out the same. Safe to kill at any moment.
    """
    found = Scanned()
    if not scanner_address():
        return found
    for company_id, file_id in _pending(batch):
        state = _scan_one(company_id, file_id)
        if state is None:
            break
        found = Scanned(
            found.clean + (state == ScanState.CLEAN), found.infected + (state == ScanState.INFECTED)
        )
    return found


def _pending(batch: int) -> list[tuple[UUID, UUID]]:
    with all_companies("files that wait for their scan"):
        files = StoredFile.objects.filter(scan_state=ScanState.PENDING).order_by("created_at")
        return list(files.values_list("company_id", "id")[:batch])


def _scan_one(company_id: UUID, file_id: UUID) -> ScanState | None:
    """What the file turned out to be; still pending when its bytes are not there; None without scanner or storage."""
    with company_scope(company_id):
        file = StoredFile.objects.filter(pk=file_id).first()
    if file is None:
        return ScanState.PENDING
    try:
        with documents_storage().open(file.key) as content:
            finding = scan(content)
    except (ScannerUnavailable, ServiceUnavailableError) as error:
        log.warning("scanner or storage does not answer", error=str(error))
        return None
    except FileNotFoundError:
        log.warning("stored file has no bytes", file=str(file_id))
        return ScanState.PENDING
    with company_scope(company_id):
        held = StoredFile.objects.select_for_update().filter(pk=file_id, scan_state=ScanState.PENDING).first()
        if held is None:
            return ScanState.PENDING
        if finding.signature:
            file_found_infected(held, finding.signature)
            return ScanState.INFECTED
        held.scan_state, held.scanned_at = ScanState.CLEAN, timezone.now()
        held.save(update_fields=["scan_state", "scanned_at", "updated_at"])
        return ScanState.CLEAN
