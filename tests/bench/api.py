"""``python -m tests.bench.api``: what lists of 50 cost at 100,000 rows, beside a bare handler over the same table."""

import argparse
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from common.runtime.client import Client, SignIn
from common.runtime.layout import ROOT
from common.runtime.process_table import STACK_MARK
from common.runtime.quiet import wait_until
from common.runtime.tables import table
from tests.bench.cpu import cpu_seconds, usage
from tests.bench.lists import COUNT, LISTS, MeasuredList
from tests.bench.load import Load, load
from tests.bench.machine import machine
from tests.bench.system import System, running_system, say
from tests.bench.times import percentile

LIMIT = 50
CLIENTS = 4
PASSWORD = uuid4().hex


@dataclass(frozen=True)
class Measured:
    """What one address did, and CPU seconds (server and PostgreSQL) of an answer."""

    load: Load
    cpu: float

    def row(self, name: str, floor: "Measured") -> tuple[str, ...]:
        """A line of the table."""
        times = self.load.seconds
        return (
            name,
            f"{self.load.size / 1024:.0f}",
            f"{self.load.per_second:.0f}",
            f"{self.load.per_second / floor.load.per_second:.2f}",
            f"{percentile(times, 50) * 1000:.1f}",
            f"{percentile(times, 95) * 1000:.1f}",
            f"{self.cpu * 1000:.2f}",
            f"{floor.cpu / self.cpu:.2f}",
        )


HEAD = ("list", "kB", "answers/s", "of floor", "p50 ms", "p95 ms", "CPU ms", "floor's CPU / ours")


def main() -> int:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="tests.bench.api", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each address is asked")
    parser.add_argument("--rows", type=int, default=COUNT, help="rows of each list")
    parser.add_argument("--only", default="", help="a word of the paths to measure")
    options = parser.parse_args()
    with running_system("bench-api") as system:
        say(f"\nMachine: {machine(system.databases)}")
        manager = _manager(system)
        rows: list[tuple[str, ...]] = []
        for each in LISTS:
            if options.only in each.path:
                rows += _measure(system, manager, each, options.rows, options.seconds)
        say(f"\nLists of {LIMIT} at {options.rows} rows, {CLIENTS} clients, a company's manager")
        say("  " + table(HEAD, rows).replace("\n", "\n  "))
    return 0


def _manager(system: System) -> SignIn:
    """A manager of the measured company: the policies are in the way of whoever sees one company."""
    email = f"{uuid4().hex}@bench.example"
    code = (
        "from uuid import UUID; from auth_service.users.services.users import user_create;"
        "from common.security.tenancy import all_companies\n"
        "with all_companies('a benchmark'):\n"
        f"    user = user_create(email='{email}', first_name='M', last_name='B', role='company_manager',"
        f" company_id=UUID('{system.company_id}'))\n"
        f"    user.set_password('{PASSWORD}'); user.save(update_fields=['password'])"
    )
    system.stack.manage("auth", "shell", "-v0", "-c", code)
    return SignIn(system.urls, email, PASSWORD)


def _user_id(system: System, person: SignIn) -> UUID:
    return UUID(str(system.databases.value("auth", "SELECT id FROM users WHERE email = %s", [person.email])))


def _measure(
    system: System, manager: SignIn, each: MeasuredList, count: int, seconds: float
) -> list[tuple[str, ...]]:
    user_id = _user_id(system, manager)
    each.fill(system.databases, system.company_id, user_id, count)
    _seal(system, each)
    path = each.path.format(company_id=system.company_id)
    client = Client(system.urls, manager)
    last = client.call(each.service, "GET", f"{path}?limit={LIMIT}&page={count // LIMIT - 1}")
    client.close()
    place = last.body["pagination"]["next_cursor"]
    if place is None:
        raise RuntimeError(f"{path} shows fewer than {count} rows: {last.body['pagination']}")
    bare_query = each.bare_query(system.company_id, user_id, LIMIT)
    with _bare(system, each.service, bare_query) as (url, pid):
        floor = _loaded(system, each, url, "", seconds, server=pid)
    queries = {
        "first by cursor": "cursor=",
        "last by cursor": f"cursor={place}",
        "page 1 with the total": "page=1",
    }
    found = {
        name: _loaded(
            system, each, f"{system.urls[each.service]}{path}?limit={LIMIT}&{query}", manager.token(), seconds
        )
        for name, query in queries.items()
    }
    return [
        floor.row(f"{each.path} (floor)", floor),
        *(measured.row(f"{each.path} {name}", floor) for name, measured in found.items()),
    ]


def _seal(system: System, each: MeasuredList) -> None:
    for column, plain in each.sealed.items():
        code = (
            "from uuid import UUID; from tests.bench.sealing import seal_column\n"
            f"seal_column('{each.table}', '{column}', '{plain}', UUID('{system.company_id}'))"
        )
        system.stack.manage(each.service, "shell", "-v0", "-c", code)
        system.databases.connection(each.service).execute(f"VACUUM ANALYZE {each.table}".encode())


def _loaded(
    system: System, each: MeasuredList, url: str, token: str, seconds: float, server: int | None = None
) -> Measured:
    load(url, token=token, clients=CLIENTS, seconds=1.0)
    before, began = usage(system.stack), cpu_seconds(server) if server else 0.0
    found = load(url, token=token, clients=CLIENTS, seconds=seconds)
    used = usage(system.stack).since(before).seconds
    cpu = used.get(f"postgres {each.service}", 0.0)
    cpu += cpu_seconds(server) - began if server else used[f"{each.service}-web"]
    return Measured(found, cpu / len(found.seconds))


@contextmanager
def _bare(system: System, service: str, query: str) -> Iterator[tuple[str, int]]:
    """The bare handler of ``query``: its address and its process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "tests.bench.bare:app", "--port", str(port), "--no-access-log"],
        cwd=ROOT,
        env={
            **os.environ,
            STACK_MARK: str(system.stack.root),
            "BARE_DSN": system.stack.dsn(service, "superuser"),
            "BARE_QUERY": query,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/rows"
    try:
        wait_until(lambda: _unanswered(url), 20.0)
        yield url, server.pid
    finally:
        server.terminate()
        server.wait()


def _unanswered(url: str) -> str:
    try:
        load(url, clients=1, seconds=0.0)
    except OSError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
