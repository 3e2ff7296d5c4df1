"""The runner behind ``make analyze|import|verify|rollback``, without a system."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.runtime.layout import ROOT

FILE = ROOT / "demo" / "hrms-elite-dev.db"


def runtime(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command, *rest = arguments
    return subprocess.run(
        [sys.executable, "-m", "common.runtime", command, "--stack", str(tmp_path / "stack"), *rest],
        cwd=ROOT,
        env={**os.environ, "LEGACY_REPORT_DIR": str(tmp_path / "reports")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_is_analysed_without_a_system(tmp_path: Path) -> None:
    done = runtime(tmp_path, "analyze", "--source", str(FILE), "--run", "look")
    assert done.returncode == 0, done.stdout + done.stderr
    folder = tmp_path / "reports" / "look"
    report = json.loads((folder / "report.json").read_text())
    assert done.stdout.splitlines()[-1] == report["sentence"]
    assert report["sentence"].startswith("The file has 7 rows in 3 tables that can be carried;")
    assert set(report["services"]) >= {"auth", "company", "employee"}
    page = (folder / "report.html").read_text()
    assert '<main id="ar" lang="ar" dir="rtl">' in page
    assert '<main id="en" lang="en" dir="ltr">' in page
    assert "employees: 3 rows" in (folder / "employee.txt").read_text()
    assert report["source"] == str(FILE)
    assert not list((tmp_path / "reports" / "copies").iterdir())


def test_a_file_that_cannot_be_read_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    done = runtime(tmp_path, "analyze", "--source", str(tmp_path / "none.db"))
    assert done.returncode == 2
    assert done.stderr == f"hrms: There is no file {tmp_path / 'none.db'}.\n"


@pytest.mark.parametrize("command", ["import", "verify", "rollback"])
def test_what_needs_a_running_system_says_how_to_start_one(tmp_path: Path, command: str) -> None:
    done = runtime(tmp_path, command, "--source", str(FILE))
    assert done.returncode == 2
    assert done.stderr == "hrms: The system is not running: start it with `make start`, then try again.\n"


def test_a_command_without_a_file_says_how_to_name_one(tmp_path: Path) -> None:
    done = runtime(tmp_path, "verify")
    assert done.returncode == 2
    assert done.stderr == "hrms: Say which file: `make verify SOURCE=/path/to/old.db`.\n"
