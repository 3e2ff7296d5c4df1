"""Writing reports in the background: killed, overtaken, beside each other, and large."""

import csv
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from analytics_service.analytics.models import Report
from analytics_service.analytics.services import report_processes, report_runs
from analytics_service.analytics.services.report_runs import hold, report_claim, report_write, reports_write
from analytics_service.analytics.services.reports import report_delete, report_run_again
from analytics_service.analytics.tasks import expire_reports, write_reports
from analytics_service.analytics.tests.factories import ReportFactory
from common.conf.service import ROOT
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.threads import run_all

pytestmark = pytest.mark.usefixtures("committed_db", "report_folder")
MANY = 300_000
SOME = 60_000
MEGABYTE = 1024


def asked(company_id: UUID, kind: str = "events", **values: Any) -> Report:
    with all_companies("test"):
        return ReportFactory.create(company_id=company_id, kind=kind, **values)


def now(report: Report) -> Report:
    with all_companies("test"):
        return Report.objects.get(id=report.id)


def silence(report: Report) -> None:
    """Its holder has not been heard of for a while."""
    with all_companies("test"):
        Report.objects.filter(id=report.id).update(lease_until=timezone.now() - timedelta(seconds=1))


def events(company_id: UUID, count: int) -> None:
    """So many events of a company, made by the database."""
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO analytics_events (id, producer, position, type, company_id, aggregate_id, version,"
            " occurred_at, payload) SELECT gen_random_uuid(), 'employee', n, 'employee.updated', %s,"
            " gen_random_uuid(), 1, timestamptz '2026-01-01' + n * interval '1 second',"
            " jsonb_build_object('note', repeat('x', 200), 'n', n) FROM generate_series(1, %s) n",
            [company_id, count],
        )


def writer() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(ROOT / "analytics_service" / "manage.py"), "write_reports"])


def written(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.csv"))


def wait_until_written(folder: Path, size: int, seconds: float = 60) -> None:
    """Until the file being written has so many bytes; polls, because the writer is another process."""
    end = datetime.now(UTC) + timedelta(seconds=seconds)
    pause = threading.Event()
    while sum(path.stat().st_size for path in folder.glob("report-*/*.csv")) < size:
        assert datetime.now(UTC) < end, "no progress"
        pause.wait(0.01)


def test_a_silent_writers_report_is_claimed_again_and_the_silent_one_finishes_nothing(
    company_id: UUID, report_folder: Path
) -> None:
    report = asked(company_id)
    slow = report_claim()
    assert slow is not None
    assert report_claim() is None
    silence(report)
    quick = report_claim()
    assert quick is not None
    assert (slow.fence, quick.fence) == (1, 2)
    report_write(quick)
    report_write(slow)
    assert not hold(slow, 5)
    ready = now(report)
    assert (ready.status, ready.fence) == ("ready", 2)
    assert [path.name for path in written(report_folder)] == [f"{report.id}-2.csv"]
    with all_companies("test"):
        assert EventRecord.objects.filter(type="report.generated").count() == 1


def test_a_writer_that_lost_its_report_stops_writing(company_id: UUID, report_folder: Path) -> None:
    report = asked(company_id)
    events(company_id, 5_000)
    slow = report_claim()
    assert slow is not None
    asked_often: list[int] = []

    def overtaken() -> bool:
        asked_often.append(1)
        if len(asked_often) == 1:
            silence(report)
            assert run_all([report_claim])[0] is not None
        return bool(threading.Event().wait(0.2))

    report_write(slow, overtaken, beat=0.01)
    assert len(asked_often) == 1
    assert written(report_folder) == []
    assert now(report).status == "running"


def test_two_writers_at_once_share_the_reports(company_id: UUID, report_folder: Path) -> None:
    events(company_id, 100)
    reports = [asked(company_id) for _ in range(6)]
    assert sum(run_all([reports_write, reports_write])) == 6
    assert {now(report).status for report in reports} == {"ready"}
    assert {now(report).fence for report in reports} == {1}
    assert len(written(report_folder)) == 6


def test_a_report_deleted_while_it_is_written_leaves_no_file(company_id: UUID, report_folder: Path) -> None:
    asked(company_id)
    report = report_claim()
    assert report is not None
    with all_companies("test"):
        report_delete(report.id)
    report_write(report)
    assert written(report_folder) == []


def test_a_report_that_kills_its_writers_is_given_up(company_id: UUID) -> None:
    report = asked(company_id)
    for _ in range(report_runs.MOST_ATTEMPTS):
        assert report_claim() is not None
        silence(report)
    assert report_claim() is None
    failed = now(report)
    assert failed.status == "failed"
    assert failed.error == "Writing the report ended several times before its end. It is not tried again."
    with all_companies("test"):
        report_run_again(report.id)
    assert reports_write() == 1
    assert now(report).status == "ready"


def test_a_writer_that_is_to_end_gives_its_report_back(company_id: UUID, report_folder: Path) -> None:
    report = asked(company_id)
    events(company_id, 5_000)
    claimed = report_claim()
    assert claimed is not None
    report_write(claimed, lambda: True)
    waiting = now(report)
    assert (waiting.status, waiting.attempts, waiting.lease_until) == ("pending", 0, None)
    assert written(report_folder) == []
    assert reports_write(lambda: True) == 0


@pytest.fixture
def many_events(committed_db: None, company_id: UUID) -> None:
    events(company_id, MANY)


def test_a_writer_killed_in_the_middle_is_followed_by_another(
    company_id: UUID, report_folder: Path, settings: Any
) -> None:
    events(company_id, SOME)
    report = asked(company_id)
    first = writer()
    wait_until_written(Path(settings.REPORT_SPOOL_DIR), 1_000_000)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    halted = now(report)
    assert (halted.status, halted.fence) == ("running", 1)
    assert reports_write() == 0
    silence(report)
    call_command("write_reports")
    ready = now(report)
    assert (ready.status, ready.fence, ready.rows) == ("ready", 2, SOME)
    [path] = written(report_folder)
    with path.open(encoding="utf-8-sig", newline="") as file:
        positions = [int(row[3]) for row in list(csv.reader(file))[1:]]
    assert positions == list(range(SOME, 0, -1))


def peak(report: Report) -> int:
    """The most memory that a process took which wrote the report, in kB."""
    child = writer()
    _pid, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    assert now(report).status == "ready"
    return used.ru_maxrss


@pytest.mark.usefixtures("many_events")
# A sheet takes eight times as long as a list; a fifth of the rows shows the same.
@pytest.mark.parametrize(
    ("format", "last", "rows"), [("csv", "2026-12-31", MANY), ("xlsx", "2026-01-01", 75_599)]
)
@pytest.mark.timeout(300)
def test_a_large_report_takes_no_more_memory_than_a_small_one(
    company_id: UUID, format: str, last: str, rows: int
) -> None:
    small = peak(asked(company_id, parameters={"to": "2025-01-01"}, format=format))
    large = asked(company_id, parameters={"to": last}, format=format)
    grown = peak(large) - small
    assert now(large).rows == rows
    assert grown < 60 * MEGABYTE


def test_how_far_a_report_is_can_be_seen_while_it_is_written(company_id: UUID) -> None:
    report = asked(company_id)
    events(company_id, 10_000)
    claimed = report_claim()
    assert claimed is not None
    seen: list[int] = []

    def look() -> bool:
        threading.Event().wait(0.1)
        seen.extend(run_all([lambda: now(report).rows]))
        return False

    report_write(claimed, look, beat=0.01)
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert 0 < seen[-1] < 10_000
    assert now(report).rows == 10_000


def test_what_a_killed_writer_left_on_the_disk_is_removed_after_a_day(
    settings: Any,
) -> None:
    spool = Path(settings.REPORT_SPOOL_DIR)
    old, new = spool / "report-old", spool / "report-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "report.csv").write_text("x")
    long_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(old, (long_ago, long_ago))
    expire_reports()
    assert (old.exists(), new.exists()) == (False, True)


def test_the_task_has_reports_written_in_a_process_of_their_own(company_id: UUID) -> None:
    write_reports()
    report_processes.writer_wait(1)
    report = asked(company_id)
    write_reports()
    assert report_processes.writer_start() is False
    report_processes.writer_wait(60)
    assert now(report).status == "ready"


def test_the_task_leaves_alone_what_another_holds(company_id: UUID) -> None:
    asked(company_id)
    assert report_claim() is not None
    assert report_processes.writer_start() is False


def test_a_report_of_a_company_that_nobody_has_heard_of_is_empty() -> None:
    report = asked(uuid4(), kind="headcount", parameters={"as_of": "2026-01-01"})
    assert reports_write() == 1
    assert (now(report).status, now(report).rows) == ("ready", 0)
