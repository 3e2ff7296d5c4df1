import os
from io import StringIO
from pathlib import Path

import pytest

from common.runtime.logs import KEPT, last_lines, open_log, rotate
from common.runtime.progress import Progress
from common.runtime.suites import Result
from common.runtime.tables import table


def test_a_table_lines_up_and_puts_numbers_to_the_right() -> None:
    text = table(("name", "MB"), [("auth", "9"), ("employee", "120")])
    assert text == "name       MB\n--------  ---\nauth        9\nemployee  120"


def test_a_finished_step_is_one_line_with_its_seconds() -> None:
    stream = StringIO()
    with Progress(stream).step("Making things") as step:
        step.detail = "3 of 4"
    assert stream.getvalue() == "[  0.0 s] Making things: 3 of 4 (0.0 s)\n"


def test_a_failed_step_leaves_the_word_to_its_error() -> None:
    stream = StringIO()
    with pytest.raises(ValueError, match="broken"), Progress(stream).step("Making things"):
        raise ValueError("broken")
    assert stream.getvalue() == ""


def test_nobody_listening_is_no_reason_to_stop() -> None:
    stream = StringIO()
    progress = Progress(stream)
    stream.close()
    progress.say("redis died; starting it again")
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as nobody_reads:
        Progress(nobody_reads).say("redis died; starting it again")
        # What is left in the buffer has somewhere to go.
        with open(os.devnull, "w", encoding="utf-8") as sink:
            os.dup2(sink.fileno(), write_end)


def test_a_large_log_is_moved_away_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "auth-web.log"
    with open_log(path) as writer:
        for number in range(KEPT + 2):
            writer.write(f"line {number}\n".encode() * 10)
            writer.flush()
            assert rotate(path, maximum_bytes=50)
        writer.write(b"last\n")
        writer.flush()
        os.fsync(writer.fileno())
    assert path.read_text() == "last\n"
    kept = sorted(file.name for file in tmp_path.iterdir())
    assert kept == ["auth-web.log", "auth-web.log.1", "auth-web.log.2", "auth-web.log.3"]
    assert (tmp_path / "auth-web.log.1").read_text().startswith("line 4")


def test_a_small_log_stays(tmp_path: Path) -> None:
    path = tmp_path / "auth-web.log"
    path.write_text("short\n")
    assert not rotate(path)
    assert last_lines(path) == "    short"


@pytest.mark.parametrize(
    ("output", "summary", "passed", "failed", "errors"),
    [
        ("====== 12 passed, 1 warning in 3.10s ======\n", "12 passed, 1 warning in 3.10s", 12, 0, 0),
        (
            "= 2 failed, 3 passed, 1 error in 0.5s (0:00:01) =\n",
            "2 failed, 3 passed, 1 error in 0.5s (0:00:01)",
            3,
            2,
            1,
        ),
        ("\x1b[33m=== \x1b[33mno tests ran\x1b[0m in 0.01s ===\x1b[0m\n", "no tests ran in 0.01s", 0, 0, 0),
        ("Traceback\nImportError: x\n", "ended with exit code 4 before any test", 0, 0, 0),
    ],
)
def test_the_summary_of_a_run_is_read_from_its_output(
    output: str, summary: str, passed: int, failed: int, errors: int
) -> None:
    result = Result("auth_service", 4, output, 1.0)
    assert result.summary == summary
    assert [result.count(kind) for kind in ("passed", "failed", "error")] == [passed, failed, errors]
