"""Asking for reports and giving them up. Writing them is :mod:`analytics_service.analytics.services.report_runs`."""

import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone

from analytics_service.analytics.choices import ReportStatus
from analytics_service.analytics.exceptions import (
    ReportNotFoundError,
    ReportStillWrittenError,
    TooManyReportsError,
)
from analytics_service.analytics.models import Report
from common.security.tenancy import all_companies

UNFINISHED = (ReportStatus.PENDING, ReportStatus.RUNNING)
MOST_WAITING = 10
"""Reports of one person that are still to be written."""
CHUNK = 500
SPOOL_PREFIX = "report-"
SPOOL_SECONDS = 24 * 3600
log = structlog.get_logger(__name__)


def report_create(
    *,
    kind: str,
    parameters: Mapping[str, Any],
    format: str,
    language: str,
    company_id: UUID | None,
    requested_by: UUID,
) -> Report:
    """Ask for a report, of every company without a ``company_id``; raises TooManyReportsError."""
    if Report.objects.filter(requested_by=requested_by, status__in=UNFINISHED).count() >= MOST_WAITING:
        raise TooManyReportsError
    report = Report(
        kind=kind, parameters=dict(parameters), format=format, language=language, company_id=company_id,
        requested_by=requested_by,
    )  # fmt: skip
    report.save(force_insert=True)
    report.refresh_from_db()
    return report


def report_delete(report_id: UUID) -> None:
    """Remove a report and its file; whoever is writing it finds it gone. Raises ReportNotFoundError."""
    with transaction.atomic():
        report = _locked(report_id)
        names = file_names(report)
        report.delete()
        transaction.on_commit(lambda: files_remove(names))


def report_run_again(report_id: UUID) -> Report:
    """Write a report anew that has come to an end; raises ReportNotFoundError and ReportStillWrittenError."""
    with transaction.atomic():
        report = _locked(report_id)
        if report.status in UNFINISHED:
            raise ReportStillWrittenError
        names = file_names(report)
        report.status, report.error, report.file = ReportStatus.PENDING, "", ""
        report.rows = report.size = report.attempts = 0
        report.started_at = report.finished_at = report.expires_at = report.lease_until = None
        report.save()
        transaction.on_commit(lambda: files_remove(names))
    return report


def reports_expire() -> int:
    """Remove the files whose time is over; returns how many. What it leaves when it is killed, the next does."""
    _spool_clean()
    removed = 0
    while True:
        with all_companies("reports expire"):
            over = Report.objects.filter(status=ReportStatus.READY, expires_at__lte=timezone.now())
            batch = list(over.select_for_update(skip_locked=True).order_by("expires_at")[:CHUNK])
            # The files first: a file that is gone already is no fault, a file that nobody knows is one.
            for report in batch:
                files_remove(file_names(report))
            ids = [report.id for report in batch]
            Report.objects.filter(id__in=ids).update(status=ReportStatus.EXPIRED, file="", size=0)
        removed += len(batch)
        if len(batch) < CHUNK:
            return removed


def _spool_clean() -> None:
    """Remove what killed writers have left on this machine's disk."""
    for folder in Path(settings.REPORT_SPOOL_DIR).glob(f"{SPOOL_PREFIX}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > SPOOL_SECONDS:
                shutil.rmtree(folder)


def file_name(report: Report, fence: int) -> str:
    """The name in the storage of what the holder of ``fence`` writes: no two write the same file."""
    day = f"{report.created_at:%Y/%m/%d}"
    return f"{report.company_id or 'all'}/{day}/{report.id}-{fence}.{report.format}"


def file_names(report: Report) -> list[str]:
    """Every name under which anything of the report may lie, also what a killed process has left."""
    return [file_name(report, fence) for fence in range(1, report.fence + 1)]


def files_remove(names: list[str]) -> None:
    """Remove files from the storage; one that cannot be removed is logged and stays."""
    for name in names:
        try:
            storages["reports"].delete(name)
        except Exception:
            log.exception("a report's file could not be removed", file=name)


def expiry(days: int) -> Any:
    """When a file that is finished now is removed."""
    return timezone.now() + timedelta(days=days)


def _locked(report_id: UUID) -> Report:
    try:
        return Report.objects.select_for_update().get(id=report_id)
    except Report.DoesNotExist:
        raise ReportNotFoundError from None
