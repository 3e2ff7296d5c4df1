"""``python -m tests.bench.saga``: what a hire costs, singly and in bulk, beside three bare commits."""

import argparse
import sys
import time

from common.runtime.quiet import wait_quiet
from common.runtime.tables import table
from tests.bench.bulk import hire_many
from tests.bench.cpu import CLIENTS as MYSELF
from tests.bench.cpu import Usage, usage
from tests.bench.floor import Floor, floor
from tests.bench.machine import machine
from tests.bench.others import SECONDS, read_beside_waiters, read_for
from tests.bench.single import CLIENTS, hire_singly
from tests.bench.system import System, running_system, say
from tests.bench.times import described

CATCH_UP = 120.0


def main() -> int:
    """Measure everything in one run and print it."""
    parser = argparse.ArgumentParser(prog="tests.bench.saga", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long clients hire singly")
    parser.add_argument("--bulk", type=int, default=5_000, help="how many hires at once")
    options = parser.parse_args()
    with running_system("bench-saga") as system:
        say(f"\nMachine: {machine(system.databases)}")
        floors = _floors(system)
        _single(system, options.seconds, floors)
        _bulk(system, options.bulk, floors)
        _others(system)
    return 0


def _floors(system: System) -> list[Floor]:
    say("\nFloor: three bare inserts with three commits, from Python")
    floors = [floor(system.stack, threads) for threads in (1, 8)]
    for each in floors:
        say(
            f"  {each.threads} threads: {each.per_second:.0f} sagas/s, "
            f"{each.cpu * 1000:.2f} ms of CPU a saga, client and server"
        )
    return floors


def _single(system: System, seconds: float, floors: list[Floor]) -> None:
    say(f"\nSingle: {CLIENTS} clients, POST /employees until 201, for {seconds:g} s")
    hire_singly(system.urls, system.sign_in, system.company_id, 2.0)
    wait_quiet(system.stack, system.databases, CATCH_UP)
    before, began = usage(system.stack), time.monotonic()
    found = hire_singly(system.urls, system.sign_in, system.company_id, seconds)
    took = time.monotonic() - began
    wait_quiet(system.stack, system.databases, CATCH_UP)
    caught_up = time.monotonic() - began
    used = usage(system.stack).since(before)
    count = len(found.seconds)
    say(
        f"  {count / took:.0f} sagas/s; {described(found.seconds)}; all consumers {caught_up - took:.1f} s later"
    )
    if found.others:
        say(f"  {len(found.others)} were not answered 201, first: {found.others[0]}")
    _costs(used, max(count, 1), count / took, floors)


def _bulk(system: System, count: int, floors: list[Floor]) -> None:
    say(f"\nBulk: {count} hires started in one transaction")
    found = hire_many(system.stack, system.databases, system.company_id, count)
    per_second = found.count / found.to_complete
    say(
        f"  {per_second:.0f} sagas/s: started in {found.to_start:.2f} s, {found.completed} completed "
        f"{found.to_complete:.2f} s and known everywhere {found.to_everywhere:.2f} s after the commit; "
        f"{found.repeated} commands repeated"
    )
    _costs(found.used, count, per_second, floors)


def _costs(used: Usage, sagas: int, per_second: float, floors: list[Floor]) -> None:
    cpu = used.of_system() / sagas
    say(
        f"  {cpu * 1000:.2f} ms of CPU a saga, without the clients' {used.seconds[MYSELF] / sagas * 1000:.2f} ms"
    )
    for each in floors:
        say(
            f"  beside the floor with {each.threads} threads: 1/{each.per_second / per_second:.1f} of the rate, "
            f"{cpu / each.cpu:.1f} times the CPU"
        )
    rows = table(("process", "CPU s", "%", "ms a saga"), used.rows(sagas))
    say("\n".join(f"  {line}" for line in rows.splitlines()))


def _others(system: System) -> None:
    wait_quiet(system.stack, system.databases, CATCH_UP)
    say(
        f"\nOthers: GET /employees for {SECONDS:g} s, alone and while {CLIENTS} requests wait for their sagas"
    )
    say(f"  alone: {described(read_for(system.urls, system.sign_in, SECONDS))}")
    found, statuses = read_beside_waiters(
        system.stack, system.databases, system.urls, system.sign_in, system.company_id
    )
    say(f"  beside them: {described(found)}; the waiting got {sorted(set(statuses))}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
