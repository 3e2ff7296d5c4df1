"""Keeps a list of processes running: starts them, starts them again when they die, and ends them in order.

A thread watches the processes. On Linux each is told by the kernel to die with that thread; beyond that a
small guard process (:mod:`common.runtime.guard`) ends everything when this process is killed.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from common.runtime import process_table
from common.runtime.errors import OperatorError
from common.runtime.layout import ROOT
from common.runtime.logs import log_path, open_log, rotate
from common.runtime.managed import SETTLED, ManagedProcess, Run, Spec
from common.runtime.process_table import STACK_MARK
from common.runtime.state import Entry, State, forget_state, write_state

_TICK: Final = 0.05
_LOG_CHECK: Final = 5.0
_BACKOFF: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


@dataclass
class Supervisor:
    """Runs the processes of the stack in ``root``; ``say`` gets a line whenever one dies or cannot start."""

    root: Path
    say: Callable[[str], None]
    _runs: dict[str, Run] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _guard: subprocess.Popen[bytes] | None = None
    _ended: bool = False
    _ready: bool = False
    _dirty: bool = True

    def start(self) -> None:
        """Begins to watch; must be called before anything is added."""
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "common.runtime.guard", str(self.root)],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def add(self, spec: Spec) -> ManagedProcess:
        """Takes a process on and starts it; returns when it has been started, which is before it is ready."""
        with self._changed:
            if spec.name in self._runs:
                raise ValueError(f"{spec.name} is already supervised")
            run = self._runs[spec.name] = Run(spec)
            self._changed.notify_all()
            self._changed.wait_for(lambda: run.starts > 0 or run.last_end or self._ended)
        return ManagedProcess(run, self._changed)

    def process(self, name: str) -> ManagedProcess:
        """The process with that name; KeyError when there is none."""
        return ManagedProcess(self._runs[name], self._changed)

    def names(self) -> list[str]:
        """The names of all supervised processes in the order they were added."""
        return list(self._runs)

    def mark_ready(self) -> None:
        """Tells other commands that the whole system answers."""
        with self._changed:
            self._ready = self._dirty = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Waits until the watching thread ends, which it does at :meth:`stop` or by a defect."""
        if self._thread:
            self._thread.join()

    def stop(self, hurry: threading.Event | None = None) -> None:
        """Ends every process, phase by phase, and then the guard and the watching thread.

        Args:
            hurry: When set, also while waiting, everything that is left is killed at once.

        Raises:
            OperatorError: A process could not be ended.
        """
        hurry = hurry or threading.Event()
        for phase in sorted({run.spec.phase for run in self._runs.values()}):
            self._stop_phase([run for run in self._runs.values() if run.spec.phase == phase], hurry)
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._thread:
            self._thread.join()
        left = process_table.kill_all(process_table.of_stack(self.root))
        if left:
            raise OperatorError(f"These processes do not end, not even by kill -9: {left}.")
        forget_state(self.root)
        self._dismiss_guard()

    def _stop_phase(self, runs: list[Run], hurry: threading.Event) -> None:
        with self._changed:
            for run in runs:
                run.wanted = False
                if run.process:
                    run.process.send_signal(signal.SIGKILL if hurry.is_set() else run.spec.stop_signal)
            deadline = time.monotonic() + max(run.spec.grace for run in runs)
            while any(run.process for run in runs) and time.monotonic() < deadline and not hurry.is_set():
                self._changed.wait(_TICK)
            for run in runs:
                if run.process:
                    if not hurry.is_set():
                        self.say(f"{run.spec.name} has not ended within {run.spec.grace:g} s and is killed")
                    process_table.signal_group(run.process.pid, signal.SIGKILL)
            self._changed.wait_for(lambda: not any(run.process for run in runs), timeout=5.0)

    def _dismiss_guard(self) -> None:
        guard, self._guard = self._guard, None
        if guard:
            # Waits for its end; a guard that somebody has killed needs no word.
            guard.communicate(b"done")

    def _watch(self) -> None:
        logs_due = time.monotonic() + _LOG_CHECK
        with self._changed:
            while not self._ended:
                for run in list(self._runs.values()):
                    self._attend(run)
                if time.monotonic() >= logs_due:
                    logs_due = time.monotonic() + _LOG_CHECK
                    self._rotate_logs()
                if self._dirty:
                    self._publish()
                self._changed.wait(_TICK)

    def _attend(self, run: Run) -> None:
        if run.process and run.process.poll() is not None:
            self._bury(run, run.process)
        if run.wanted and run.process is None and time.monotonic() >= run.due:
            self._spawn(run)

    def _spawn(self, run: Run) -> None:
        spec = run.spec
        try:
            with open_log(log_path(self.root, spec.name)) as log:
                run.process = subprocess.Popen(
                    [*_dies_with_parent(spec.death_signal), *spec.command],
                    cwd=spec.folder,
                    env={**spec.environment, STACK_MARK: str(self.root)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    **(spec.account.popen_arguments() if spec.account else {}),
                )
        except OSError as error:
            self._retry_later(run, f"could not be started ({error})")
            return
        found = process_table.find(run.process.pid)
        run.mark = found.mark if found else ""
        run.since = time.time()
        run.starts += 1
        self._note_change()

    def _bury(self, run: Run, process: subprocess.Popen[bytes]) -> None:
        # What a dead leader leaves behind (granian's worker, for one) holds its port.
        process_table.signal_group(process.pid, signal.SIGKILL)
        run.process = None
        self._note_change()
        if not run.wanted:
            return
        code = process.returncode
        reason = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        if run.provoked or code == -signal.SIGKILL or time.time() - run.since >= SETTLED:
            run.quick_deaths = 0
        run.provoked = False
        self._retry_later(run, reason)

    def _retry_later(self, run: Run, reason: str) -> None:
        delay = _BACKOFF[min(run.quick_deaths, len(_BACKOFF) - 1)]
        run.quick_deaths += 1
        run.due = time.monotonic() + delay
        run.last_end = reason
        when = f"again in {delay:g} s" if delay else "again at once"
        self.say(f"{run.spec.name} {reason}; starting it {when} (log: {log_path(self.root, run.spec.name)})")
        self._note_change()

    def _note_change(self) -> None:
        self._dirty = True
        self._changed.notify_all()

    def _rotate_logs(self) -> None:
        for name in [*self._runs, "supervisor"]:
            try:
                rotate(log_path(self.root, name))
            except OSError as error:
                self.say(f"the log of {name} cannot be rotated: {error}")

    def _publish(self) -> None:
        me = process_table.find(os.getpid())
        entries = [
            Entry(
                name=name,
                pid=run.process.pid if run.process else None,
                mark=run.mark,
                since=run.since,
                restarts=max(0, run.starts - 1),
                death_signal=run.spec.death_signal,
            )
            for name, run in self._runs.items()
        ]
        self._dirty = False
        try:
            write_state(self.root, State(os.getpid(), me.mark if me else "", self._ready, entries))
        except OSError as error:
            # A full disk must not end what runs; only `status` is out of date.
            self.say(f"the state of the processes cannot be written: {error}")


def _dies_with_parent(signum: signal.Signals) -> tuple[str, ...]:
    """A command prefix that has the kernel signal the process when the thread that started it ends."""
    setpriv = _working_setpriv()
    return (setpriv, "--pdeathsig", signum.name.removeprefix("SIG"), "--") if setpriv else ()


@cache
def _working_setpriv() -> str | None:
    setpriv = shutil.which("setpriv")
    if not setpriv:
        return None
    try:
        trial = subprocess.run(
            [setpriv, "--pdeathsig", "KILL", "--", "true"], capture_output=True, check=False
        )
    except OSError:
        return None
    return setpriv if trial.returncode == 0 else None
