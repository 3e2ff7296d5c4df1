"""``python -m tests.bench.legacy``: how fast the old file comes in, beside pgloader and plain COPY.

All on the same file and the same PostgreSQL, one after the other. No service runs, so nobody copies what comes
in and ids of other services are not looked up.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from common.runtime.databases import Databases
from common.runtime.interruption import Interruption
from common.runtime.layout import VAR
from common.runtime.stack import Stack
from common.runtime.tables import table
from tests.bench.loaders import LoaderError, by_copy, by_pgloader, rows_in, scratch_database, write_csv
from tests.bench.machine import machine
from tests.bench.memory import PeakMemory
from tests.bench.system import say
from tests.legacy.command import Done, OldFile
from tests.legacy.old_system import write_old_system

EMPLOYEES = 200_000
HEAD = ("way", "seconds", "rows/s", "of pgloader", "of COPY")
COMMAND_HEAD = ("command", "seconds", "rows/s", "largest process MiB", "all together MiB")


@dataclass(frozen=True)
class Timed:
    """A command, and what it took."""

    done: Done
    seconds: float
    memory: PeakMemory

    def row(self, name: str, rows: int) -> tuple[str, ...]:
        """A line of the table of commands."""
        return (
            name, f"{self.seconds:.1f}", f"{rows / self.seconds:.0f}", f"{self.memory.largest}",
            f"{self.memory.together}",
        )  # fmt: skip


def main() -> int:
    """Measure and print; 1 when something did not come in as it should."""
    parser = argparse.ArgumentParser(prog="tests.bench.legacy", description=__doc__)
    parser.add_argument("--employees", type=int, default=EMPLOYEES, help="how many the file has")
    parser.add_argument(
        "--faults", type=float, default=0.0, help="share of spoiled rows; pgloader takes none"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    stack, signals = Stack(VAR / "bench-legacy"), Interruption()
    try:
        stack.remove()
        stack.prepare()
        stack.ensure_admin()
        stack.mark_ready()
        # Not in the stack's folder: PostgreSQL's user and pgloader read it, too.
        with tempfile.TemporaryDirectory(prefix="bench-legacy-") as folder:
            return _measure(stack, Path(folder), options)
    finally:
        signals.stopping = True
        stack.stop(signals.hurry)


def _measure(stack: Stack, folder: Path, options: argparse.Namespace) -> int:
    source = folder / "old.db"
    write_old_system(source, employees=options.employees, faults=options.faults, seed=options.seed)
    rows = rows_in(source)
    with Databases(stack) as databases:
        say(f"\nMachine: {machine(databases)}")
    say(f"File: {rows:,} rows, {source.stat().st_size / 2**20:.0f} MiB, {options.employees:,} employees")
    server = stack.dsn("auth", "superuser").rpartition("/")[0]
    copied, indexed = _by_copy(server, source, folder)
    loaded = _by_pgloader(server, source, folder, rows)

    old = OldFile(stack, source, folder / "reports")
    old.reports.mkdir()
    brought = _timed(old, "import")
    commands = {
        "import": brought,
        "import again": _timed(old, "import"),
        "import --incremental": _timed(old, "import", "--incremental"),
        "verify": _timed(old, "verify", "--skip-references"),
        "rollback": _timed(old, "rollback", run=brought.done.folder.name),
    }
    ways = {
        "make import": brought.seconds,
        "pgloader with its indexes": loaded,
        "COPY of prepared CSV": copied,
        "COPY, then the indexes": copied + indexed,
    }
    say("")
    say("  " + table(HEAD, _ratios(ways, rows)).replace("\n", "\n  "))
    say("")
    lines = [timed.row(name, rows) for name, timed in commands.items()]
    say("  " + table(COMMAND_HEAD, lines).replace("\n", "\n  "))
    failed = {name: timed.done for name, timed in commands.items() if timed.done.code != 0}
    for name, done in failed.items():
        say(f"\n{name} ended with exit code {done.code}: {done.said}")
    return 1 if failed else 0


def _by_copy(server: str, source: Path, folder: Path) -> tuple[float, float]:
    files = write_csv(source, folder)
    with scratch_database(server, "bench_copy") as target:
        return by_copy(files, target)


def _by_pgloader(server: str, source: Path, folder: Path, rows: int) -> float | None:
    with scratch_database(server, "bench_pgloader") as target:
        try:
            return by_pgloader(source, target, folder, rows)
        except LoaderError as error:
            say(str(error))
            return None


def _timed(old: OldFile, command: str, *options: str, run: str = "") -> Timed:
    watched: list[PeakMemory] = []

    def watch(process: subprocess.Popen[str]) -> PeakMemory:
        watched.append(PeakMemory(process))
        return watched[-1]

    began = time.monotonic()
    done = old.run(command, *options, run=run, watch=watch)
    return Timed(done, time.monotonic() - began, watched[-1])


def _ratios(ways: Mapping[str, float | None], rows: int) -> list[tuple[str, ...]]:
    floors = [ways["pgloader with its indexes"], ways["COPY of prepared CSV"]]
    return [
        (
            name, f"{seconds:.1f}", f"{rows / seconds:.0f}",
            *(f"{floor / seconds:.2f}" if floor else "" for floor in floors),
        )
        for name, seconds in ways.items()
        if seconds is not None
    ]  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
