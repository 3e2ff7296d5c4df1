"""Running a service's ``import_legacy`` in tests: whole, or killed on the way; and what it left."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from common.conf.service import ROOT
from common.legacy.models import ImportTable
from common.security.encryption.cipher import VERSION
from common.security.tenancy import all_companies

DEMO_FILE = ROOT / "demo" / "hrms-elite-dev.db"
# The old application's own files; the backup has the same rows, written a week earlier.
REAL_FILES = (DEMO_FILE, ROOT / "demo" / "hrms-elite-backup-2025-08-05.db")


def import_legacy(source: Path, reports: Path, **options: Any) -> dict[str, Any]:
    """Run the command; returns its report."""
    options.setdefault("run", "test")
    out = io.StringIO()
    call_command("import_legacy", source=source, report_dir=reports, stdout=out, **options)
    # Not by the run's name: a resumed run keeps the one it had.
    (path,) = reports.rglob("*.json")
    report: dict[str, Any] = json.loads(path.read_text())
    assert out.getvalue().splitlines()[-1] == report["sentence"]
    for table in report["tables"].values():
        assert table["source_rows"] == table["accounted"]
    return report


def import_legacy_killed(source: Path, reports: Path, *, after_rows: int) -> None:
    """Run the command in a process of its own, a row at a time, and kill it when that many rows are done."""
    manage = ROOT / settings.SERVICE.package / "manage.py"
    options = ["--source", str(source), "--report-dir", str(reports), "--batch-size", "1"]
    with subprocess.Popen(
        [sys.executable, str(manage), "import_legacy", *options],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.DEVNULL,
    ) as process:
        while _rows_done() < after_rows:
            try:
                process.wait(timeout=0.005)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError("The import ended before it was killed.")
        process.kill()


def _rows_done() -> int:
    with all_companies("test"):
        return sum(ImportTable.objects.values_list("done", flat=True))


def table_content(table: str, *, without: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Every row of ``table`` without the columns that differ from run to run, and without what is sealed."""
    volatile = ["created_at", "updated_at", "occurred_at", *without]
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(t) - %s::text[] FROM "{table}" t', [volatile])
        rows = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()]
    rows = [{column: _unless_sealed(value) for column, value in row.items()} for row in rows]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def _unless_sealed(value: Any) -> Any:
    """The value; a sealed one is another each time it is sealed, so that only whether there is one is compared."""
    return "sealed" if isinstance(value, str) and value.startswith(f"{VERSION}:") else value


def events_published() -> list[tuple[str, Any]]:
    """The type and payload of every event, in the order of writing."""
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT type, payload FROM event_log ORDER BY id")
        return [
            (kind, json.loads(body) if isinstance(body, str) else body) for kind, body in cursor.fetchall()
        ]


def verify_legacy(source: Path, reports: Path) -> str:
    """Run the command without looking ids of other services up; returns its last sentence and what differs."""
    return _last_lines("verify_legacy", source=source, report_dir=reports, run="verify", skip_references=True)


def rollback_legacy(reports: Path, *, run: str = "test") -> str:
    """Run the command; returns its last sentence."""
    return _last_lines("rollback_legacy", report_dir=reports, run=run)


def _last_lines(command: str, **options: Any) -> str:
    out = io.StringIO()
    try:
        call_command(command, stdout=out, **options)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue().splitlines()[-1]
