"""Background work that beat starts; each may be killed at any moment and run twice."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from document_service.documents.services.counts import counts_fold
from document_service.documents.services.notices import documents_announce
from document_service.documents.services.scanning import files_scan_pending
from document_service.documents.services.sweeping import files_remove_unused, files_sweep


@shared_task(name="document.fold_counts")
def fold_counts() -> None:
    """Add new views and downloads to their documents."""
    counts_fold()


@shared_task(name="document.scan_pending")
def scan_pending() -> None:
    """Scan the files that came while the scanner was down."""
    files_scan_pending()


@shared_task(name="document.remove_unused_files")
def remove_unused_files() -> None:
    """Remove the bytes of deleted documents."""
    files_remove_unused()


@shared_task(name="document.sweep_files")
def sweep_files() -> None:
    """Remove what processes that died have left behind."""
    files_sweep(older_than=timedelta(hours=settings.ORPHAN_HOURS))


@shared_task(name="document.announce_expiries")
def announce_expiries() -> None:
    """Tell of the documents that have reached a notice step."""
    documents_announce()
