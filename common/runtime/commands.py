"""What the commands of the Makefile do with the system in ``var/run``."""

import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from common.runtime import background, process_table
from common.runtime.blueprint import Blueprint
from common.runtime.errors import OperatorError
from common.runtime.interruption import Interruption
from common.runtime.layout import HR_ADMIN_EMAIL, ROOT, SERVICES, VAR, manage
from common.runtime.logs import log_path
from common.runtime.ports import requested_services
from common.runtime.progress import Progress
from common.runtime.stack import Stack
from common.runtime.state import State, read_state
from common.runtime.tables import table


def run(root: Path) -> int:
    """Runs the system until a signal ends it; 0 after an orderly end, 130 when it was not up yet."""
    stack = Stack(root, service_ports=requested_services(os.environ))
    signals = Interruption()
    ready = False
    try:
        stack.prepare()
        stack.ensure_admin()
        stack.start_services()
        stack.wait_healthy()
        print(_welcome(stack), flush=True)
        stack.mark_ready()
        ready = True
        stack.wait()
    except KeyboardInterrupt:
        # Raised by the first signal; the end is the same for all of them.
        stack.progress.say("Stopping (Ctrl-C once more: at once)")
    finally:
        signals.stopping = True
        stack.stop(signals.hurry)
    stack.progress.say("Everything has ended")
    return 0 if ready else 130


def start(root: Path) -> int:
    """Starts the system in the background and returns when it is healthy."""
    # Checked here too, so that the sentence does not come out of a log.
    requested_services(os.environ)
    code = background.start(root)
    if code == 0:
        print(f"It runs in the background; `make stop` ends it. Its log: {log_path(root, 'supervisor')}")
    return code


def stop(root: Path) -> int:
    """Ends the system, also after its supervisor was killed."""
    background.stop(root, Progress())
    return 0


def status(root: Path) -> int:
    """Prints each process with its pid, uptime, restarts and memory; exit code 1 when something is down."""
    state = read_state(root)
    if state is None:
        print("Nothing is running: start it with `make start` or `make run`.")
        return 1
    if not state.supervised():
        print("The supervisor was killed: run `make stop` to clean up, then `make start`.")
        return 1
    rows, total = _status_rows(state)
    print(table(("process", "state", "pid", "uptime", "restarts", "RSS MB", "PSS MB"), rows))
    print(f"\nMemory of the whole system: {total:.0f} MB (PSS: pages that processes share are counted once).")
    print("The system is " + ("ready." if state.ready else "starting."))
    return 0 if state.ready and all(entry.alive() for entry in state.entries) else 1


def _status_rows(state: State) -> tuple[list[tuple[str, ...]], float]:
    """A row for each process with its children, and the memory of all of them in MB."""
    processes = process_table.all_processes()
    rows: list[tuple[str, ...]] = []
    total = 0.0
    for entry in state.entries:
        if entry.pid is None or not entry.alive():
            rows.append((entry.name, "down", "", "", str(entry.restarts), "", ""))
            continue
        members = process_table.family(entry.pid, processes)
        rss, pss = process_table.memory_mib(member.pid for member in members)
        uptime, restarts = _duration(time.time() - entry.since), str(entry.restarts)
        rows.append((entry.name, "up", str(entry.pid), uptime, restarts, f"{rss:.0f}", f"{pss:.0f}"))
        total += pss
    pids = {entry.pid for entry in state.entries}
    own = [each.pid for each in processes if each.parent == state.supervisor and each.pid not in pids]
    rss, pss = process_table.memory_mib([state.supervisor, *own])
    rows.append(("supervisor", "up", str(state.supervisor), "", "", f"{rss:.0f}", f"{pss:.0f}"))
    return rows, total + pss


def _duration(seconds: float) -> str:
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def reset(root: Path, *, sure: bool) -> int:
    """Ends the system and removes its data after asking."""
    if not root.exists():
        print("There is nothing to remove.")
        return 0
    if not sure:
        if not sys.stdin.isatty():
            raise OperatorError(f"This removes all data in {root}: say so with `make reset YES=1`.")
        if input(f"Remove all databases, files and passwords in {root}? Type yes: ").strip() != "yes":
            print("Nothing was removed.")
            return 1
    background.stop(root, Progress())
    Stack(root).remove()
    print(f"Removed {root}.")
    return 0


def logs(root: Path, names: Sequence[str], *, follow: bool) -> int:
    """Shows the ends of logs: of one service, one process, or everything; goes on showing when asked to."""
    folder = root / "logs"
    files = [
        file
        for file in sorted(folder.glob("*.log"))
        if not names or any(file.stem == name or file.stem.startswith(f"{name}-") for name in names)
    ]
    if not files:
        there = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none yet"
        raise OperatorError(
            f"There is no log of {' '.join(names) or 'anything'} in {folder}; there are: {there}."
        )
    tail = shutil.which("tail")
    if tail is None:
        raise OperatorError(f"There is no `tail` on this machine: read the files in {folder}.")
    os.execv(tail, ["tail", "-n", "40", *(["-F"] if follow else []), *map(str, files)])


def manage_service(root: Path, service: str, arguments: Sequence[str]) -> int:
    """Hands over to a management command of a service, in the environment of its running processes."""
    if service not in SERVICES:
        raise OperatorError(f"There is no service {service!r}: choose one of {', '.join(SERVICES)}.")
    os.chdir(ROOT)
    command = manage(service, *arguments)
    os.execve(command[0], command, Blueprint(root).environment(service))


def stack_root(name: str) -> Path:
    """The folder of a stack by its name; ``run`` is the system that `make run` starts."""
    return VAR / name


def _welcome(stack: Stack) -> str:
    rows = [
        (name, stack.url(name), f"{stack.url(name)}/admin/", f"{stack.url(name)}/docs") for name in SERVICES
    ]
    head = ("service", "address", "admin", "API documentation")
    return (
        f"\n{table(head, rows)}\n\n"
        f"HR login: {HR_ADMIN_EMAIL}   password: {stack.credentials.hr_admin_password}\n"
    )
