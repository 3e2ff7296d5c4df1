"""Writing reports: whoever holds one writes it, and only who still holds it may say that it is done.

A claim raises the report's fence and lends it for LEASE; a thread with a connection of its own prolongs that
and tells how far the writing is. A process that is killed stops prolonging, so the report is claimed again. One
that was only slow finds its fence surpassed and finishes nothing.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from analytics_service.analytics.choices import ReportStatus
from analytics_service.analytics.files import FILES
from analytics_service.analytics.models import Report
from analytics_service.analytics.selectors.report_rows import Asked, report_headings, report_rows
from analytics_service.analytics.services.reports import SPOOL_PREFIX, expiry, file_name, files_remove
from common.contracts.analytics import ReportGenerated
from common.errors import DomainError
from common.messaging.services import publish
from common.security.tenancy import all_companies, company_scope

LEASE = timedelta(seconds=30)
HEARTBEAT = 2.0
MOST_ATTEMPTS = 3
log = structlog.get_logger(__name__)


class LostReport(Exception):  # noqa: N818 - nothing went wrong: somebody else has it now, or it was deleted
    """The report is not ours any more."""


class Stopped(Exception):  # noqa: N818 - as above
    """The process is to end; the report goes back."""


@dataclass
class Progress:
    """How far the writing is, for the thread that tells of it."""

    rows: int = 0


class Lease(threading.Thread):
    """Prolongs the hold on a report and tells its progress until it is released or lost."""

    def __init__(self, report: Report, progress: Progress, beat: float = HEARTBEAT) -> None:
        super().__init__(daemon=True, name=f"lease of report {report.id}")
        self._report, self._progress, self._beat = report, progress, beat
        self._over = threading.Event()
        self._lost = threading.Event()

    def run(self) -> None:
        """Beat."""
        try:
            while not self._over.wait(self._beat):
                try:
                    held = hold(self._report, self._progress.rows)
                except Exception:
                    # The database may be back before the lease ends; if not, the last word is the finish's.
                    log.warning("a report's lease could not be prolonged", exc_info=True)
                    connection.close()
                    continue
                if not held:
                    self._lost.set()
                    return
        finally:
            connection.close()

    def check(self) -> None:
        """Raise LostReport when the report is not ours any more."""
        if self._lost.is_set():
            raise LostReport

    def release(self) -> None:
        """Stop."""
        self._over.set()
        self.join()


def reports_write(stop: Callable[[], bool] = lambda: False) -> int:
    """Write every report that waits, one after the other; returns how many were taken in hand."""
    taken = 0
    while not stop():
        report = report_claim()
        if report is None:
            break
        taken += 1
        report_write(report, stop)
    return taken


def report_claim() -> Report | None:
    """Take the oldest report that waits or whose holder has gone silent; None when there is none."""
    with all_companies("report writer"):
        now = timezone.now()
        silent = Report.objects.filter(status=ReportStatus.RUNNING, lease_until__lt=now)
        for lost in silent.filter(attempts__gte=MOST_ATTEMPTS).select_for_update(skip_locked=True):
            _fail(lost, "the process ended while writing it")
        due = Report.objects.filter(status=ReportStatus.PENDING) | silent
        report = due.select_for_update(skip_locked=True).order_by("created_at").first()
        if report is None:
            return None
        report.status, report.lease_until, report.started_at = ReportStatus.RUNNING, now + LEASE, now
        report.fence += 1
        report.attempts += 1
        report.rows = 0
        report.save()
    return report


def due_reports() -> bool:
    """Whether any report waits for a writer."""
    with all_companies("report writer"):
        silent = Report.objects.filter(status=ReportStatus.RUNNING, lease_until__lt=timezone.now())
        return Report.objects.filter(status=ReportStatus.PENDING).exists() or silent.exists()


def hold(report: Report, rows: int) -> bool:
    """Prolong the lease; False when the report is not ours any more."""
    with all_companies("report writer"):
        return bool(_ours(report).update(lease_until=timezone.now() + LEASE, rows=rows))


def report_write(
    report: Report, stop: Callable[[], bool] = lambda: False, *, beat: float = HEARTBEAT
) -> None:
    """Write a claimed report to its end, or say why not; raises nothing that concerns one report only."""
    # What earlier holders have left.
    files_remove([file_name(report, fence) for fence in range(1, report.fence)])
    progress = Progress()
    lease = Lease(report, progress, beat)
    lease.start()
    try:
        with _spool_folder() as folder:
            path = Path(folder) / f"report.{report.format}"
            _write_rows(report, path, progress, lease, stop)
            size = path.stat().st_size
            name = _store(report, path)
        lease.release()
        if not _finish(report, name, size, progress.rows):
            files_remove([name])
            raise LostReport
    except LostReport:
        log.warning("a report went to somebody else, or was deleted", report=str(report.id))
    except Stopped:
        lease.release()
        _give_back(report)
    except DomainError as error:
        lease.release()
        with translation.override(report.language):
            _end(report, str(error.message))
    except Exception:
        lease.release()
        log.exception("a report could not be written", report=str(report.id), attempt=report.attempts)
        _retry_or_fail(report)
    finally:
        lease.release()


def _write_rows(
    report: Report, path: Path, progress: Progress, lease: Lease, stop: Callable[[], bool]
) -> None:
    with translation.override(report.language):
        right_to_left = bool(get_language_info(report.language)["bidi"])
        file = FILES[report.format](path, report_headings(report.kind), right_to_left=right_to_left)
        try:
            # One statement's snapshot, fetched piece by piece.
            with _scope_of(report):
                for rows in report_rows(report.kind, Asked(report.company_id, report.parameters)):
                    lease.check()
                    if stop():
                        raise Stopped
                    file.write(rows)
                    progress.rows += len(rows)
        except BaseException:
            file.abandon()
            raise
        file.close()


def _scope_of(report: Report) -> AbstractContextManager[None]:
    return (
        all_companies("report of all companies")
        if report.company_id is None
        else company_scope(report.company_id)
    )


def _spool_folder() -> TemporaryDirectory[str]:
    spool = Path(settings.REPORT_SPOOL_DIR)
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    return TemporaryDirectory(prefix=SPOOL_PREFIX, dir=spool, ignore_cleanup_errors=True)


class _Finished(File):  # type: ignore[type-arg]
    def temporary_file_path(self) -> str:
        """By which a storage on the same file system moves the file instead of copying it."""
        return str(self.name)


def _store(report: Report, path: Path) -> str:
    with path.open("rb") as content:
        return storages["reports"].save(file_name(report, report.fence), _Finished(content, name=str(path)))


def _finish(report: Report, name: str, size: int, rows: int) -> bool:
    with transaction.atomic(), all_companies("report writer"):
        finished = _ours(report).update(
            status=ReportStatus.READY, file=name, size=size, rows=rows, lease_until=None,
            finished_at=timezone.now(), expires_at=expiry(settings.REPORT_DAYS),
        )  # fmt: skip
        if finished and report.company_id is not None:
            # A report of all companies is nobody's in particular, and events belong to a company.
            event = ReportGenerated(
                report_id=report.id, company_id=report.company_id, requested_by=report.requested_by,
                kind=report.kind, rows=rows,
            )  # fmt: skip
            publish(event, aggregate_id=report.id, company_id=report.company_id, version=report.fence)
    return bool(finished)


def _give_back(report: Report) -> None:
    """It was no fault of the report's."""
    with all_companies("report writer"):
        _ours(report).update(
            status=ReportStatus.PENDING, lease_until=None, rows=0, attempts=report.attempts - 1
        )


def _retry_or_fail(report: Report) -> None:
    if report.attempts < MOST_ATTEMPTS:
        # Its lease runs out by itself, which leaves some time for the trouble to pass.
        return
    with translation.override(report.language):
        _end(report, _("The report could not be written. What went wrong has been recorded."))


def _end(report: Report, sentence: str) -> None:
    with all_companies("report writer"):
        _ours(report).update(
            status=ReportStatus.FAILED, error=sentence, lease_until=None, finished_at=timezone.now()
        )


def _fail(report: Report, reason: str) -> None:
    log.error("a report was given up", report=str(report.id), reason=reason)
    with translation.override(report.language):
        report.error = _("Writing the report ended several times before its end. It is not tried again.")
    report.status, report.lease_until, report.finished_at = ReportStatus.FAILED, None, timezone.now()
    report.save()


def _ours(report: Report) -> QuerySet[Report]:
    return Report.objects.filter(id=report.id, fence=report.fence, status=ReportStatus.RUNNING)
