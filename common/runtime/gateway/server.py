"""The gateway's process: HAProxy in a folder of its own, looked after like the services' processes."""

import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from common.runtime.environment import machine_environment
from common.runtime.errors import OperatorError
from common.runtime.files import HeldLock, require_folder
from common.runtime.gateway.admin_socket import AdminSocket, GatewayDownError
from common.runtime.gateway.configuration import CONFIGURATION, write_configuration
from common.runtime.gateway.options import Options, choose_options, remembered_options
from common.runtime.gateway.program import find_haproxy
from common.runtime.gateway.traffic import Traffic
from common.runtime.logs import last_lines, log_path
from common.runtime.managed import ManagedProcess, Spec
from common.runtime.ports import is_free
from common.runtime.progress import Progress
from common.runtime.state import read_state, sweep
from common.runtime.supervisor import Supervisor

NAME: Final = "gateway"
_ACCOUNTS: Final = ("haproxy", "nobody")
_NEEDED_BYTES: Final = 50 * 1024 * 1024
_READY_SECONDS: Final = 15.0
# A little longer than HAProxy gives the requests under way (hard-stop-after in the template).
_GRACE: Final = 12.0


class Gateway:
    """The HAProxy of one folder, to be run. Use it as a context manager, or call :meth:`stop` at the end.

    Args:
        folder: For its configuration, its share, its socket and its log.
        progress: Where to tell what is going on.
    """

    def __init__(self, folder: Path, progress: Progress | None = None) -> None:
        self.folder = folder
        self.socket = AdminSocket(folder)
        self.traffic = Traffic(folder)
        self._progress = progress or Progress()
        self._lock = HeldLock(folder / "lock")
        self._supervisor: Supervisor | None = None

    def __enter__(self) -> "Gateway":
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def options(self) -> Options:
        """Where it listens and what is behind it; OperatorError when it was never started."""
        return remembered_options(self.folder)

    def start(self, environ: Mapping[str, str], stack: Path) -> Options:
        """Starts HAProxy by what the environment says and returns when it answers.

        Raises:
            OperatorError: It runs already, a value or the port is not usable, there is no HAProxy.
        """
        require_folder(self.folder, _NEEDED_BYTES)
        self.folder.chmod(0o700)
        program = find_haproxy(self._progress)
        self._claim()
        options = choose_options(self.folder, environ, stack)
        if options.address == "127.0.0.1" and not is_free(options.port):
            raise OperatorError(
                f"Port {options.port} is taken by another program: stop that program, or choose another port "
                "with GATEWAY_PORT=…."
            )
        write_configuration(self.folder, options, _account())
        self._check(program)
        with self._progress.step(f"Starting HAProxy on port {options.port}"):
            process = self._run(program)
            self._wait_ready(process)
        return options

    @property
    def process(self) -> ManagedProcess:
        """The running HAProxy."""
        return self._running().process(NAME)

    def mark_ready(self) -> None:
        """Lets other commands know that it answers."""
        self._running().mark_ready()

    def wait(self) -> None:
        """Waits for as long as HAProxy is looked after, which is until an exception interrupts it."""
        self._running().wait()

    def stop(self, hurry: threading.Event | None = None) -> None:
        """Ends it after the requests under way, ten seconds at most; harmless when it does not run."""
        try:
            if self._supervisor:
                self._supervisor.stop(hurry)
        finally:
            self._supervisor = None
            self._lock.release()

    def _claim(self) -> None:
        """Takes the folder for this process and ends what a killed predecessor has left in it."""
        if not self._lock.acquire():
            state = read_state(self.folder)
            who = f" (process {state.supervisor})" if state else ""
            raise OperatorError(f"The gateway already runs{who}: end it first with `make gateway-stop`.")
        stubborn = sweep(self.folder)
        if stubborn:
            raise OperatorError(
                f"Processes {stubborn} of an earlier run do not end: end them, then try again."
            )

    def _check(self, program: Path) -> None:
        command = [str(program), "-c", "-C", str(self.folder), "-f", CONFIGURATION]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise OperatorError(f"HAProxy does not take its configuration:\n{done.stderr}")

    def _run(self, program: Path) -> ManagedProcess:
        self._supervisor = Supervisor(self.folder, self._progress.say)
        self._supervisor.start()
        return self._supervisor.add(
            Spec(
                name=NAME,
                command=(str(program), "-db", "-C", str(self.folder), "-f", CONFIGURATION),
                environment=machine_environment(),
                folder=self.folder,
                # HAProxy's soft stop: nothing new is taken, what is under way is finished.
                stop_signal=signal.SIGUSR1,
                grace=_GRACE,
            )
        )

    def _wait_ready(self, process: ManagedProcess) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and not process.crash_looping:
            try:
                self.socket.ask("show info")
            except GatewayDownError:
                time.sleep(0.02)
            else:
                return
        log = log_path(self.folder, NAME)
        raise OperatorError(f"HAProxy does not start: see the end of its log {log}.\n{last_lines(log)}")

    def _running(self) -> Supervisor:
        if self._supervisor is None:
            raise RuntimeError("call start() first")
        return self._supervisor


def _account() -> tuple[int, int] | None:
    """User and group for HAProxy to run as; None when it is started by an ordinary user, and stays that.

    Raises:
        OperatorError: The present user is root and there is no ordinary user to hand over to.
    """
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise OperatorError(
        f"HAProxy should not run as root and this machine has neither user {' nor user '.join(_ACCOUNTS)}: "
        "add one with `useradd --system haproxy`, or run the command as an ordinary user."
    )
