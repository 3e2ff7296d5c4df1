"""What a supervisor tells other commands about its processes, in a file beside the stack's data."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from common.runtime import process_table
from common.runtime.files import read_json, write_json

_FILE: Final = "state.json"


@dataclass(frozen=True)
class Entry:
    """One supervised process; ``pid`` is None while it is down. ``since`` is in seconds of the epoch."""

    name: str
    pid: int | None
    mark: str
    since: float
    restarts: int
    death_signal: int

    def alive(self) -> bool:
        """Whether this very process is still running."""
        return self.pid is not None and process_table.same(self.pid, self.mark)


@dataclass(frozen=True)
class State:
    """A supervisor and its processes; ``ready`` once every service has answered its health check."""

    supervisor: int
    mark: str
    ready: bool
    entries: Sequence[Entry]

    def supervised(self) -> bool:
        """Whether the supervisor is still running."""
        return process_table.same(self.supervisor, self.mark)


def write_state(root: Path, state: State) -> None:
    """Replaces what is known about the stack."""
    write_json(root / _FILE, asdict(state))


def read_state(root: Path) -> State | None:
    """What is known about the stack; None when nothing runs and nothing was left behind."""
    record = read_json(root / _FILE)
    if not record:
        return None
    entries = [Entry(**entry) for entry in record.pop("entries")]
    return State(**record, entries=entries)


def forget_state(root: Path) -> None:
    """Removes the file; nothing is left to clean up."""
    (root / _FILE).unlink(missing_ok=True)


def sweep(root: Path) -> list[int]:
    """Ends what a killed supervisor left behind and returns the pids that would not end.

    Only processes that this stack started are touched: those in the state file that are still the same
    processes, their groups and descendants, and (on Linux) those that carry the stack's mark.
    """
    state = read_state(root)
    entries = [entry for entry in state.entries if entry.alive()] if state else []
    table = process_table.all_processes()
    left: set[int] = set()
    for entry in entries:
        if entry.pid is not None:
            left.update(process.pid for process in process_table.family(entry.pid, table))
            os.kill(entry.pid, entry.death_signal)
    if any(entry.death_signal != signal.SIGKILL for entry in entries):
        # PostgreSQL's immediate stop takes its sessions along and frees the shared memory.
        _await_end(left, patience=3.0)
    stubborn = process_table.kill_all(left | set(process_table.of_stack(root)))
    if not stubborn:
        forget_state(root)
    return stubborn


def _await_end(pids: set[int], patience: float) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and any(process_table.find(pid) for pid in pids):
        time.sleep(0.02)
