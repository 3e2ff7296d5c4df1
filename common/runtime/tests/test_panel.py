import io
import json

from common.legacy import progress
from common.runtime.panel import MARK, Panel


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(what: str, done: int, of: int) -> str:
    return f"{MARK}{json.dumps({'what': what, 'done': done, 'of': of})}\n"


def test_commands_and_runner_mean_the_same_mark() -> None:
    assert progress.MARK == MARK


def test_on_a_terminal_every_command_has_a_line_that_is_drawn_over() -> None:
    stream = Terminal()
    panel = Panel(stream)
    panel.begin("auth")
    panel.begin("company")
    assert panel.move("auth", told("users", 50, 100))
    drawn = stream.getvalue().split("\x1b[2A\r\x1b[J")[-1].splitlines()
    assert drawn[0].startswith("auth          [############............]  50% users: 50 of 100 rows")
    assert drawn[1] == "company       starting"
    panel.end("auth", "All is well.")
    assert "auth          All is well.\ncompany       starting\n" in stream.getvalue()


def test_elsewhere_only_ends_are_told_at_once() -> None:
    stream = io.StringIO()
    panel = Panel(stream)
    panel.begin("auth")
    panel.move("auth", told("users", 50, 100))
    assert stream.getvalue() == ""
    panel.end("auth", "All is well.")
    assert stream.getvalue() == "auth          All is well.\n"


def test_what_is_not_about_progress_is_left_to_others() -> None:
    panel = Panel(io.StringIO())
    assert not panel.move("auth", "CommandError: there is no file\n")
    assert not panel.move("auth", f"{MARK}not json\n")
    assert not panel.move("auth", f'{MARK}{{"what": "users"}}\n')
