"""``python -m tests.bench.events``: from the commit of an event to the commit of its effect in another service.

Departments are made in company_service; employee_service keeps copies of them. Both times are PostgreSQL's own.
"""

import argparse
import subprocess
import sys
import threading
import time
from uuid import UUID

from common.runtime.layout import ROOT
from common.runtime.process_table import STACK_MARK
from common.runtime.quiet import wait_quiet
from tests.bench.machine import machine
from tests.bench.system import System, running_system, say
from tests.bench.times import described

# The times are those of the transactions that made the rows: nothing changes either of them afterwards.
_MADE = "SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM departments"
_COPIED = (
    "SELECT department_id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 FROM departments_ref"
)
WARM_UP = 2.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="tests.bench.events", description=__doc__)
    parser.add_argument("--rate", type=float, default=50.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long")
    options = parser.parse_args()
    with running_system("bench-events", commit_times=True) as system:
        say(f"\nMachine: {machine(system.databases)}")
        _write(system, options.rate, WARM_UP)
        _measure(system, options.rate, options.seconds, flush=False)
        _measure(system, options.rate, options.seconds, flush=True)
    return 0


def _measure(system: System, rate: float, seconds: float, *, flush: bool) -> None:
    wait_quiet(system.stack, system.databases)
    known = {row[0] for row in system.databases.rows("company", _MADE)}
    flushed = threading.Timer(seconds / 2, system.stack.flush_broker)
    if flush:
        flushed.start()
    late = _write(system, rate, seconds)
    flushed.cancel()
    wait_quiet(system.stack, system.databases)
    made: dict[UUID, float] = dict(system.databases.rows("company", _MADE))
    copied: dict[UUID, float] = dict(system.databases.rows("employee", _COPIED))
    took = [copied[each] - at for each, at in made.items() if each not in known and each in copied]
    missing = len(made.keys() - copied.keys())
    say(f"\n{rate:g} events/s for {seconds:g} s{', FLUSHALL in the middle' if flush else ''}")
    say(f"  commit to effect: {described(took)}; {missing} without effect; the writer was {late:.2f} s late")


def _write(system: System, rate: float, seconds: float) -> float:
    """Run the writer to its end; returns how late it was."""
    began = time.monotonic()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.bench.write_departments",
            str(system.company_id),
            str(rate),
            str(seconds),
        ],
        cwd=ROOT,
        env={
            **system.stack.environment("company"),
            STACK_MARK: str(system.stack.root),
            "DJANGO_SETTINGS_MODULE": "company_service.settings",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"The writer failed after {time.monotonic() - began:.0f} s:\n{done.stderr[-2000:]}"
        )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
