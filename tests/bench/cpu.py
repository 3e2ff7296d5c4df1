"""CPU seconds by process of a stack, from /proc: what a saga costs, and where."""

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common.runtime import process_table
from common.runtime.stack import Stack
from common.runtime.state import read_state

_TICKS = os.sysconf("SC_CLK_TCK")
CLIENTS = "clients (this program)"


@dataclass(frozen=True)
class Usage:
    """CPU seconds by what they went into, since the system started."""

    seconds: Mapping[str, float]

    def since(self, before: "Usage") -> "Usage":
        """What was used between two moments."""
        return Usage({name: used - before.seconds.get(name, 0.0) for name, used in self.seconds.items()})

    def of_system(self) -> float:
        """The sum without the clients' own."""
        return sum(seconds for name, seconds in self.seconds.items() if name != CLIENTS)

    def rows(self, sagas: int) -> list[tuple[str, str, str, str]]:
        """Process, seconds, share and milliseconds a saga, the greatest first; what is below 0.5 % is left out."""
        total = self.of_system() or 1.0
        return [
            (name, f"{used:.2f}", f"{used * 100 / total:.0f}", f"{used * 1000 / sagas:.2f}")
            for name, used in sorted(self.seconds.items(), key=lambda item: -item[1])
            if used / total >= 0.005
        ]


def usage(stack: Stack) -> Usage:
    """What the stack's processes and this one have used so far; PostgreSQL's by database."""
    table = process_table.all_processes()
    seconds: defaultdict[str, float] = defaultdict(float)
    state = read_state(stack.root)
    for entry in state.entries if state else []:
        if entry.pid is None:
            continue
        for process in process_table.family(entry.pid, table):
            name = _database(process.pid) if entry.name == "postgres" else entry.name
            seconds[name] += cpu_seconds(process.pid, ended_children=process.pid == entry.pid)
    seconds[CLIENTS] = cpu_seconds(os.getpid())
    return Usage(seconds)


def cpu_seconds(pid: int, *, ended_children: bool = False) -> float:
    """What the process has used so far, with or without its ended children; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return 0.0
    # utime, stime, cutime and cstime are the 14th to 17th fields; the 2nd may hold spaces.
    fields = text.rpartition(")")[2].split()[11:15]
    return sum(map(int, fields if ended_children else fields[:2])) / _TICKS


def _database(pid: int) -> str:
    """``postgres employee`` for a session in that service's database, ``postgres`` for the server's own work."""
    try:
        title = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return "postgres"
    session = re.match(r"postgres: \w+ (\w+)_service_db ", title)
    return f"postgres {session[1]}" if session else "postgres"
