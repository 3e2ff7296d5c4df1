import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from common.runtime.errors import OperatorError
from common.runtime.files import require_folder
from common.runtime.layout import ROOT
from common.runtime.ports import is_free

FIND_PYTHON = ROOT / "common" / "runtime" / "find-python.sh"


def free_port() -> int:
    return next(port for port in range(31000, 32000) if is_free(port))


def runtime(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "common.runtime", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_taken_port_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        server.listen()
        port = server.getsockname()[1]
        done = runtime("run", "--stack", str(tmp_path), PORT_EMPLOYEE=str(port))
    assert done.returncode == 2
    assert done.stderr == (
        f"hrms: Port {port} of employee is taken by another program: stop that program, or choose other "
        "ports with PORT_EMPLOYEE=… or PORT_BASE=….\n"
    )


def test_the_status_of_nothing_says_how_to_start(tmp_path: Path) -> None:
    done = runtime("status", "--stack", str(tmp_path))
    assert done.returncode == 1
    assert "make start" in done.stdout


def test_stopping_nothing_is_no_error(tmp_path: Path) -> None:
    done = runtime("stop", "--stack", str(tmp_path))
    assert done.returncode == 0
    assert "Nothing is running" in done.stdout


def test_removing_data_without_a_terminal_needs_a_clear_word(tmp_path: Path) -> None:
    done = runtime("reset", "--stack", str(tmp_path))
    assert done.returncode == 2
    assert "make reset YES=1" in done.stderr
    assert tmp_path.exists()


def test_a_management_command_needs_the_name_of_a_service(tmp_path: Path) -> None:
    done = runtime("manage", "--stack", str(tmp_path), "payroll", "doctor")
    assert done.returncode == 2
    assert "There is no service 'payroll': choose one of auth, company," in done.stderr


def test_a_management_command_needs_a_system_that_was_started_once(tmp_path: Path) -> None:
    done = runtime("manage", "--stack", str(tmp_path), "auth", "doctor")
    assert done.returncode == 2
    assert "start one with `make start`" in done.stderr


def test_the_log_of_something_unknown_names_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "auth-web.log").write_text("hello\n")
    done = runtime("logs", "--stack", str(tmp_path), "payroll")
    assert done.returncode == 2
    assert "auth-web" in done.stderr


def test_logs_show_the_end_of_one_services_logs(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "auth-web.log").write_text("hello\n")
    (tmp_path / "logs" / "company-web.log").write_text("other\n")
    done = runtime("logs", "--stack", str(tmp_path), "auth")
    assert done.returncode == 0
    assert "hello" in done.stdout
    assert "other" not in done.stdout


def test_too_little_room_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"MB are free on the disk of .* make room"):
        require_folder(tmp_path, needed_bytes=2**60)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_names_its_owner(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OperatorError, match=f"cannot be made .*belongs to {tmp_path.owner()}"):
        require_folder(tmp_path / "run")
    with pytest.raises(OperatorError, match=f"cannot be written to: it belongs to {tmp_path.owner()}"):
        require_folder(tmp_path)


def find_python(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(FIND_PYTHON)],
        cwd=folder,
        env={"PATH": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def test_a_python_that_exists_but_fails_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path, "python3", "exit 127")
    program(tmp_path, "python3.11", f'exec {sys.executable} "$@"')
    assert find_python(tmp_path).stdout == "python3.11\n"


def test_a_named_python_that_does_not_run_is_one_sentence(tmp_path: Path) -> None:
    broken = program(tmp_path, "python3", "exit 127")
    done = find_python(tmp_path, PYTHON=str(broken))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert str(broken) in done.stderr
