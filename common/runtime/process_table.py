"""What the operating system says about processes: who is who, who belongs to whom, how much memory."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

# Every process of a stack carries this variable with the stack's folder, so that what is left after a
# supervisor was killed is found again and a foreign process never is.
STACK_MARK: Final = "HRMS_STACK"
_PROC = Path("/proc")
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass(frozen=True)
class Process:
    """A live process. ``mark`` is the moment it started; a later one with the same pid has another."""

    pid: int
    parent: int
    group: int
    mark: str


def find(pid: int) -> Process | None:
    """The live process with that pid; None when there is none or it is only waiting to be reaped."""
    if _PROC.joinpath("self/stat").exists():
        return _from_proc(pid)
    return next((process for process in _from_ps("-p", str(pid)) if process.pid == pid), None)


def same(pid: int, mark: str) -> bool:
    """Whether the process that was noted down with this pid and mark is still alive."""
    process = find(pid)
    return process is not None and process.mark == mark


def all_processes() -> list[Process]:
    """Every live process this user can see."""
    if not _PROC.joinpath("self/stat").exists():
        return _from_ps("-A")
    found = (_from_proc(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return [process for process in found if process]


def family(pid: int, among: Iterable[Process]) -> list[Process]:
    """The process, its descendants, and the members of its process group."""
    table = list(among)
    members = {process.pid for process in table if pid in (process.pid, process.group)}
    grown = True
    while grown:
        children = {process.pid for process in table if process.parent in members} - members
        members |= children
        grown = bool(children)
    return [process for process in table if process.pid in members]


def of_stack(root: Path) -> list[int]:
    """The processes that carry the stack's mark. Known on Linux only; elsewhere the list is empty."""
    wanted = f"{STACK_MARK}={root}".encode()
    return [
        process.pid
        for process in all_processes()
        if process.pid != os.getpid() and wanted in _environment(process.pid)
    ]


def memory_mib(pids: Iterable[int]) -> tuple[float, float]:
    """Resident memory of the processes: (with shared pages counted in each, with shared pages split up)."""
    resident = proportional = 0
    for pid in pids:
        rss, pss = _memory_kib(pid)
        resident += rss
        proportional += pss
    return resident / 1024, proportional / 1024


def signal_group(group: int, signum: int) -> None:
    """Sends a signal to a process group; nothing happens when it is gone."""
    try:
        os.killpg(group, signum)
    except (ProcessLookupError, PermissionError):
        # macOS answers "not permitted" for a group whose only member is waiting to be reaped.
        return


def kill_all(pids: Iterable[int], patience: float = 5.0) -> list[int]:
    """Kills the processes at once and waits; returns those still there after ``patience`` seconds."""
    left = [process for process in map(find, pids) if process]
    for process in left:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    deadline = time.monotonic() + patience
    while left and time.monotonic() < deadline:
        left = [process for process in left if same(process.pid, process.mark)]
        if left:
            time.sleep(0.02)
    return [process.pid for process in left]


@cache
def _boot() -> str:
    return _PROC.joinpath("sys/kernel/random/boot_id").read_text().strip()


def _from_proc(pid: int) -> Process | None:
    try:
        text = _PROC.joinpath(str(pid), "stat").read_text(errors="replace")
    except OSError:
        return None
    # The program's name stands in parentheses and may itself hold parentheses and spaces.
    state, parent, group, *rest = text.rpartition(")")[2].split()
    if state in "ZX":
        return None
    return Process(pid, int(parent), int(group), f"{_boot()}/{rest[16]}")


def _from_ps(*selection: str) -> list[Process]:
    command = ["ps", *selection, "-o", "pid=,ppid=,pgid=,stat=,lstart="]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    rows = (line.split(maxsplit=4) for line in output.splitlines())
    return [
        Process(int(pid), int(parent), int(group), started)
        for pid, parent, group, state, started in rows
        if not state.startswith("Z")
    ]


def _environment(pid: int) -> list[bytes]:
    try:
        return _PROC.joinpath(str(pid), "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _memory_kib(pid: int) -> tuple[int, int]:
    folder = _PROC / str(pid)
    try:
        fields = dict(
            line.split(":", 1) for line in folder.joinpath("smaps_rollup").read_text().splitlines()[1:]
        )
        return int(fields["Rss"].split()[0]), int(fields["Pss"].split()[0])
    except (OSError, KeyError):
        pass
    try:
        rss = int(folder.joinpath("statm").read_text().split()[1]) * _PAGE_KIB
    except OSError:
        command = ["ps", "-o", "rss=", "-p", str(pid)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        rss = int(answer.strip() or 0)
    return rss, rss
