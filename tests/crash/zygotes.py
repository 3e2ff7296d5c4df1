"""The workers and relays of a system under test, forked anew within milliseconds after each death."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import ENOUGH


@dataclass
class Child:
    """One worker or relay."""

    pid: int
    ended: threading.Event = field(default_factory=threading.Event)
    signal: int | None = None
    stopped: threading.Event = field(default_factory=threading.Event)
    """Set while it stands still."""

    def kill9(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if not self.ended.is_set():
            os.kill(self.pid, signal.SIGKILL)
        assert self.ended.wait(ENOUGH)

    def pause(self) -> None:
        """SIGSTOP, and wait until it stands still."""
        os.kill(self.pid, signal.SIGSTOP)
        assert self.stopped.wait(ENOUGH)

    def resume(self) -> None:
        """SIGCONT."""
        self.stopped.clear()
        os.kill(self.pid, signal.SIGCONT)


class Zygote:
    """Forks the processes of one service."""

    def __init__(self, service: str, environment: Mapping[str, str], log: Path) -> None:
        self.service = service
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "common.testing.zygote", service],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._children: dict[int, Child] = {}
        self._started: list[int] = []
        self._changed = threading.Condition()
        self._ready = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def wait_ready(self) -> None:
        """Wait until the project is loaded."""
        assert self._ready.wait(60), f"the zygote of {self.service} does not start: see {self._log.name}"

    def fork(
        self,
        run: str,
        *,
        arm: str | None = None,
        how: str = "kill",
        record: Path | None = None,
        kinds: Iterable[str] = (),
    ) -> Child:
        """Start a ``worker`` or ``relay``; with ``arm`` it kills itself, freezes or loses its database there."""
        command = {
            "run": run,
            "arm": arm,
            "how": how,
            "record": str(record) if record else None,
            "kinds": sorted(kinds),
        }
        assert self._process.stdin is not None
        with self._changed:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
            assert self._changed.wait_for(lambda: self._started, ENOUGH)
            return self._children[self._started.pop()]

    def close(self) -> None:
        """End the zygote; its children die with it."""
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "ready" in message:
                self._ready.set()
            with self._changed:
                if "started" in message:
                    pid = message["started"]
                    self._children.setdefault(pid, Child(pid))
                    self._started.append(pid)
                if "stopped" in message:
                    self._children.setdefault(message["stopped"], Child(message["stopped"])).stopped.set()
                if "ended" in message:
                    child = self._children.setdefault(message["ended"]["pid"], Child(message["ended"]["pid"]))
                    child.signal = message["ended"]["signal"]
                    child.ended.set()
                self._changed.notify_all()
