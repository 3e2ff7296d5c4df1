"""A supervised process: how it is run, what is known about it, and what may be done to it."""

import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.runtime import process_table
from common.runtime.identity import Account
from common.runtime.layout import ROOT

# A process that has run this long has started well: when it dies, it is started again at once.
SETTLED: Final = 10.0
LOOP: Final = 3


@dataclass(frozen=True)
class Spec:
    """How to run one process. ``phase`` orders the end: lower phases are ended first.

    ``stop_signal`` asks the process to end and ``grace`` is how many seconds it has before it is killed;
    ``death_signal`` is what it gets when the supervisor itself was killed.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path = ROOT
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    phase: int = 0
    grace: float = 5.0


@dataclass
class Run:
    """What is known about one process; changed only under the supervisor's condition."""

    spec: Spec
    wanted: bool = True
    process: subprocess.Popen[bytes] | None = None
    mark: str = ""
    since: float = 0.0
    due: float = 0.0
    starts: int = 0
    quick_deaths: int = 0
    # Its next death was asked for, so it says nothing about the process.
    provoked: bool = False
    last_end: str = ""


class ManagedProcess:
    """A supervised process, to look at or to treat badly; it is started again unless it was stopped."""

    def __init__(self, run: Run, changed: threading.Condition) -> None:
        self._run = run
        self._changed = changed

    @property
    def name(self) -> str:
        """The name it was added under."""
        return self._run.spec.name

    @property
    def pid(self) -> int | None:
        """Its process id; None while it is down."""
        process = self._run.process
        return process.pid if process else None

    @property
    def restart_count(self) -> int:
        """How many times it was started again."""
        return max(0, self._run.starts - 1)

    @property
    def last_end(self) -> str:
        """How it last ended, in words; empty when it never did."""
        return self._run.last_end

    @property
    def crash_looping(self) -> bool:
        """Whether it dies soon after each start: three times in a row, and it has not settled since."""
        run = self._run
        settled = run.process is not None and time.time() - run.since >= SETTLED
        return run.quick_deaths >= LOOP and not settled

    def signal(self, signum: int) -> None:
        """Sends a signal to the process itself; if it ends by that, it is started again at once."""
        with self._changed:
            if self._run.process:
                self._run.provoked = True
                self._send(signum)

    def kill9(self) -> None:
        """Kills it and its children at once, as a crash would; it is started again."""
        with self._changed:
            if self._run.process:
                process_table.signal_group(self._run.process.pid, signal.SIGKILL)

    def pause(self) -> None:
        """Freezes it and its children until :meth:`resume`."""
        with self._changed:
            if self._run.process:
                process_table.signal_group(self._run.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Lets it go on after :meth:`pause`."""
        with self._changed:
            if self._run.process:
                process_table.signal_group(self._run.process.pid, signal.SIGCONT)

    def wait_restarted(self, after: int, timeout: float = 10.0) -> None:
        """Waits until it has been started more than ``after`` times again; TimeoutError otherwise."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: self.restart_count > after and self._run.process is not None, timeout
            )
        if not done:
            raise TimeoutError(f"{self.name} was not started again within {timeout:g} s")

    def stop(self, signum: int | None = None) -> None:
        """Ends it (by its own stop signal unless another is given) and leaves it down until :meth:`start`."""
        with self._changed:
            self._run.wanted = False
            if self._run.process:
                self._send(self._run.spec.stop_signal if signum is None else signum)
            if not self._changed.wait_for(lambda: self._run.process is None, self._run.spec.grace):
                self.kill9()
                self._changed.wait_for(lambda: self._run.process is None, 5.0)

    def start(self) -> None:
        """Starts it again after :meth:`stop`."""
        with self._changed:
            starts = self._run.starts
            self._run.wanted, self._run.due, self._run.quick_deaths = True, 0.0, 0
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._run.starts > starts or self._run.process is not None, 10.0)

    def _send(self, signum: int) -> None:
        if self._run.process:
            self._run.process.send_signal(signum)
