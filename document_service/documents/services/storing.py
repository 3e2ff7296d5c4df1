"""Keeping files: the bytes are in the storage before a row tells of them, and go after the last row is gone.

Whoever puts bytes under a key or takes them away holds that key's lock until the transaction ends.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from common.errors import DomainError
from document_service.documents.choices import REFUSED, ScanState
from document_service.documents.exceptions import InfectedFileError, StorageLimitReachedError
from document_service.documents.files.kinds import kind_of
from document_service.documents.files.names import clean_name
from document_service.documents.files.scanner import ScannerUnavailable, scan, scanner_address
from document_service.documents.files.spool import Upload
from document_service.documents.files.storage import put
from document_service.documents.models import StoredFile
from document_service.documents.selectors.statistics import storage_room


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
    [kept] = files_keep([(company_id, file)])
    if isinstance(kept, DomainError):
        raise kept
    return kept


def files_keep(files: Sequence[tuple[UUID, CheckedFile]]) -> list[StoredFile | DomainError]:
    """Like :func:`file_keep` for many files, each with its company; a refusal stands in a file's place."""
    fresh = [_unsaved(company_id, file) for company_id, file in files]
    hold_keys({each.key for each in fresh})
    for each, (_company_id, file) in zip(fresh, files, strict=True):
        # They were put there before; somebody may have taken the last row of them away since.
        put(each.key, file.upload)
    known = _known(fresh)
    room = _Room({each.company_id for each in fresh if each.key not in known})
    made: dict[str, StoredFile] = {}
    kept: list[StoredFile | DomainError] = []
    for each in fresh:
        row = known.get(each.key) or made.get(each.key)
        if row is None and (refusal := room.refuses(each)):
            kept.append(refusal)
            continue
        row = row or made.setdefault(each.key, each)
        kept.append(InfectedFileError() if row.scan_state in REFUSED else row)
    StoredFile.objects.bulk_create(made.values())
    _use_again([each for each in fresh if each.key in known], known)
    return kept


def hold_key(key: str) -> None:
    """Wait until nobody else puts or removes the bytes of this key, and keep others waiting."""
    hold_keys([key])


def hold_keys(keys: Iterable[str]) -> None:
    """Hold several keys, in an order in which nobody waits for somebody who waits for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('stored file ' || key, 0))"
            ' FROM (SELECT key FROM unnest(%s::text[]) AS key ORDER BY key COLLATE "C") AS keys',
            [list(keys)],
        )


def _unsaved(company_id: UUID, file: CheckedFile) -> StoredFile:
    scanned = file.state in (ScanState.CLEAN, ScanState.INFECTED)
    return StoredFile(
        id=uuid4(),
        company_id=company_id,
        sha256=file.upload.sha256,
        size=file.size,
        scan_state=file.state,
        signature=file.signature,
        scanned_at=timezone.now() if scanned else None,
    )


def _known(fresh: Sequence[StoredFile]) -> dict[str, StoredFile]:
    """The rows that there are of these bytes, by their keys."""
    wanted = {each.key for each in fresh}
    rows = StoredFile.objects.filter(
        company_id__in={each.company_id for each in fresh}, sha256__in={each.sha256 for each in fresh}
    )
    return {row.key: row for row in rows if row.key in wanted}


def _use_again(fresh: Sequence[StoredFile], known: Mapping[str, StoredFile]) -> None:
    """Note that known bytes are used again, and that they are clean where the scanner says so now."""
    if not fresh:
        return
    now = timezone.now()
    rows = StoredFile.objects.exclude(scan_state__in=REFUSED)
    rows.filter(pk__in={known[each.key].pk for each in fresh}).update(unused_since=None, updated_at=now)
    clean = {known[each.key].pk for each in fresh if each.scan_state == ScanState.CLEAN}
    if clean:
        rows.filter(pk__in=clean).exclude(scan_state=ScanState.RELEASED).update(
            scan_state=ScanState.CLEAN, scanned_at=now
        )


class _Room:
    """What companies may still store. Uploads at the same moment may each still fit, and pass the limit together."""

    def __init__(self, company_ids: Collection[UUID]) -> None:
        self._room = storage_room(company_ids) if company_ids else {}

    def refuses(self, file: StoredFile) -> StorageLimitReachedError | None:
        """Take the file's room; why there is none, if there is none."""
        limit, used = self._room[file.company_id]
        if used + file.size > limit:
            return StorageLimitReachedError(details={"limit": limit})
        self._room[file.company_id] = limit, used + file.size
        return None
