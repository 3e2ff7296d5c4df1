"""No process serves with a role that the policies and grants do not bind."""

import os
import subprocess
import sys

import pytest

SERVE = "import employee_service.wsgi; print('serving')"


def start(database_url: str) -> subprocess.CompletedProcess[str]:
    """Load the web process's application with this address of the database."""
    return subprocess.run(
        [sys.executable, "-c", SERVE],
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_run_time_role_serves() -> None:
    done = start(os.environ["DATABASE_URL"])
    assert (done.returncode, done.stdout) == (0, "serving\n"), done.stderr


def test_the_owner_of_the_tables_does_not_serve() -> None:
    done = start(os.environ["DATABASE_OWNER_URL"])
    assert done.returncode == 2
    assert "owns the tables: give this process the DATABASE_URL of the run-time role." in done.stderr


def test_a_database_that_is_down_is_no_reason_not_to_start() -> None:
    done = start("postgresql://employee_app:x@127.0.0.1:1/employee_service_db")
    assert (done.returncode, done.stdout) == (0, "serving\n"), done.stderr


@pytest.mark.parametrize("program", ["relay", "worker"])
def test_neither_do_relay_and_worker(program: str) -> None:
    command = {
        "relay": [sys.executable, "employee_service/manage.py", "relay"],
        "worker": [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "employee_service.celery:app",
            "worker",
            "--pool",
            "solo",
        ],
    }[program]
    done = subprocess.run(
        command,
        env={**os.environ, "DATABASE_URL": os.environ["DATABASE_OWNER_URL"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "owns the tables" in done.stderr
