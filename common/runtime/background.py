"""The system in the background: starting a supervisor that stays, and ending one from outside."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TextIO

from common.runtime import process_table
from common.runtime.errors import OperatorError
from common.runtime.files import require_folder
from common.runtime.layout import ROOT
from common.runtime.logs import log_path, open_log
from common.runtime.progress import Progress
from common.runtime.state import State, read_state, sweep

_STOP_PATIENCE: Final = 60.0


def start(root: Path, command: Sequence[str] = ()) -> int:
    """Starts the system of the stack as a process of its own and waits until it is healthy.

    What it prints meanwhile is shown; when it fails, so is its exit code.

    Args:
        root: The folder of what is started.
        command: What to run, as arguments for ``python -m``; the system itself when left out.
    """
    require_folder(root)
    log = log_path(root, "supervisor")
    with open_log(log) as output:
        begin = log.stat().st_size
        supervisor = subprocess.Popen(
            [sys.executable, "-m", *(command or ("common.runtime", "run", "--stack", root.name))],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with log.open(encoding="utf-8", errors="replace") as lines:
        lines.seek(begin)
        try:
            return _follow(supervisor, root, lines)
        except KeyboardInterrupt:
            supervisor.terminate()
            supervisor.wait()
            raise


def _follow(supervisor: subprocess.Popen[bytes], root: Path, lines: TextIO) -> int:
    while True:
        code = supervisor.poll()
        state = read_state(root)
        ready = state is not None and state.supervisor == supervisor.pid and state.ready
        # Asked before reading, so that nothing printed before the end is missed.
        print(lines.read(), end="", flush=True)
        if code is not None:
            return code
        if ready:
            return 0
        time.sleep(0.1)


def stop(root: Path, progress: Progress, what: str = "the system") -> None:
    """Ends the stack's supervisor and, if that was killed before, whatever it has left behind.

    Raises:
        OperatorError: Something does not end.
    """
    state = read_state(root)
    if state is None or not state.supervised():
        left = bool(state) or bool(process_table.of_stack(root))
        stubborn = sweep(root)
        if stubborn:
            raise OperatorError(f"These processes do not end, not even by kill -9: {stubborn}.")
        progress.say(f"Cleaned up after {what}, which was killed" if left else "Nothing is running")
        return
    with progress.step(f"Stopping {what} (process {state.supervisor})") as step:
        for _ in _while_supervised(state):
            remaining = sum(entry.alive() for entry in (read_state(root) or state).entries)
            step.detail = f"{remaining} processes left"
        step.detail = "all ended"


def _while_supervised(state: State) -> Iterator[None]:
    os.kill(state.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_PATIENCE
    while state.supervised():
        if time.monotonic() > deadline:
            raise OperatorError(
                f"Process {state.supervisor} has not ended within {_STOP_PATIENCE:.0f} s: end it with "
                f"`kill -9 {state.supervisor}` and run `make stop` again."
            )
        yield
        time.sleep(0.1)
