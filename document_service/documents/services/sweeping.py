"""Taking away bytes that nothing refers to: of deleted documents soon, of processes that died by night."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from common.security.tenancy import all_companies, company_scope
from document_service.documents.choices import ScanState, Verdict
from document_service.documents.files.spool import PREFIX
from document_service.documents.files.storage import documents_storage, keys_in_storage
from document_service.documents.models import Document, DocumentVersion, QuarantinedFile, StoredFile
from document_service.documents.services.storing import hold_key, hold_keys

BATCH = 500

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Swept:
    """What a sweep found: files without a row, unfinished uploads, and rows whose bytes are gone."""

    orphans: int = 0
    unfinished: int = 0
    missing: int = 0


def files_remove_unused(*, batch: int = BATCH) -> int:
    """Remove the bytes that nothing refers to any more, and their rows; returns how many.

    Each is looked at again under its key's lock, so an upload of the same bytes is before or after, never beside.
    Safe to kill and to run twice.
    """
    removed = 0
    for company_id, pairs in groupby(_unused(batch), key=lambda pair: pair[0]):
        with company_scope(company_id):
            removed += _remove_if_unused([file_id for _company_id, file_id in pairs])
    return removed


def files_sweep(*, older_than: timedelta, dry_run: bool = False) -> Swept:
    """Remove files that no row knows and uploads that never ended, if they are older than ``older_than``.

    Uploads take minutes: younger files may be theirs. Rows whose bytes are gone are reported, never removed.
    """
    before = timezone.now() - older_than
    orphans = missing = 0
    seen: set[UUID] = set()
    for company_id, keys in _by_company(keys_in_storage()):
        seen.add(company_id)
        known, lost = _compare(company_id, keys, before)
        missing += lost
        orphans += sum(
            _remove_if_orphan(company_id, key, before, dry_run) for key in keys if key not in known
        )
    # A company whose whole folder is gone is met in the rows only.
    missing += sum(_compare(company_id, set(), before)[1] for company_id in _companies() - seen)
    return Swept(orphans, _remove_unfinished(before, dry_run), missing)


def _unused(batch: int) -> list[tuple[UUID, UUID]]:
    """Those that wait longest, company by company."""
    with all_companies("bytes that nothing refers to"):
        files = StoredFile.objects.filter(unused_since__isnull=False).order_by("unused_since")
        return sorted(files.values_list("company_id", "id")[:batch])


def _remove_if_unused(ids: list[UUID]) -> int:
    """Remove those of a company's files that are still unused, in the open transaction; returns how many."""
    hold_keys({file.key for file in StoredFile.objects.filter(pk__in=ids)})
    same = StoredFile.objects.filter(pk__in=ids, unused_since__isnull=False)
    settled: list[UUID] = []
    gone: list[UUID] = []
    removed = 0
    for file in same.annotate(is_used=_is_used(), is_undecided=_is_undecided()):
        if file.is_undecided or (file.is_used and file.scan_state != ScanState.DISCARDED):
            settled.append(file.pk)
            continue
        # Bytes first: should the process die now, the row is found again and removed next time.
        documents_storage().delete(file.key)
        removed += 1
        (settled if file.is_used else gone).append(file.pk)
    same.filter(pk__in=settled).update(unused_since=None)
    StoredFile.objects.filter(pk__in=gone).delete()
    return removed


def _is_used() -> Exists:
    versions = DocumentVersion.objects.filter(company_id=OuterRef("company_id"), file_id=OuterRef("pk"))
    documents = Document.objects.filter(company_id=OuterRef("company_id"), file_id=OuterRef("pk"))
    return Exists(versions) | Exists(documents)  # type: ignore[return-value]


def _is_undecided() -> Exists:
    return Exists(
        QuarantinedFile.objects.filter(
            company_id=OuterRef("company_id"), file_id=OuterRef("pk"), verdict=Verdict.WAITING
        )
    )


def _by_company(keys: Iterable[str]) -> Iterator[tuple[UUID, set[str]]]:
    for name, group in groupby(keys, key=lambda key: key.partition("/")[0]):
        try:
            yield UUID(name), set(group)
        except ValueError:
            log.warning("unknown folder in the storage", folder=name)


def _companies() -> set[UUID]:
    with all_companies("bytes that are gone"):
        return set(StoredFile.objects.values_list("company_id", flat=True).distinct())


def _compare(company_id: UUID, keys: set[str], before: datetime) -> tuple[set[str], int]:
    """The keys of the company that rows know, and how many of them are not among ``keys``."""
    with company_scope(company_id):
        files = list(StoredFile.objects.filter(company_id=company_id))
    settled = [file for file in files if file.created_at < before and file.scan_state != ScanState.DISCARDED]
    lost = [file for file in settled if file.key not in keys]
    for file in lost:
        log.error("stored file has no bytes", company_id=str(company_id), file=str(file.id))
    return {file.key for file in files}, len(lost)


def _remove_if_orphan(company_id: UUID, key: str, before: datetime, dry_run: bool) -> bool:
    storage = documents_storage()
    with company_scope(company_id):
        hold_key(key)
        rows = StoredFile.objects.filter(company_id=company_id, sha256=key.rpartition("/")[2])
        if rows.exists() or not storage.exists(key) or storage.get_modified_time(key) >= before:
            return False
        if not dry_run:
            storage.delete(key)
    return True


def _remove_unfinished(before: datetime, dry_run: bool) -> int:
    removed = 0
    for path in Path(settings.DOCUMENT_SPOOL_DIR).glob(f"{PREFIX}*"):
        try:
            if path.stat().st_mtime < before.timestamp():
                if not dry_run:
                    path.unlink()
                removed += 1
        except FileNotFoundError:  # it ended just now
            continue
    return removed
