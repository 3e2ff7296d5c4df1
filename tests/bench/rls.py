"""``python -m tests.bench.rls``: what row-level security adds to the big lists, as time in the database.

The same statements in the same transaction, by two roles: the run-time role, whom the policies bind, and the role
for backups, whom they do not. Nothing else differs between them.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg

from common.runtime.databases import Databases
from common.runtime.layout import VAR
from common.runtime.stack import Stack
from common.runtime.tables import table
from tests.bench.lists import COUNT, LISTS, MeasuredList
from tests.bench.machine import machine
from tests.bench.system import say
from tests.bench.times import percentile

LIMIT = 50
ALLOWED = 1.10
SCOPE = (
    "SELECT set_config('app.company_id', '{company_id}', true), set_config('app.user_id', '{user_id}', true)"
)
ROLE = "INSERT INTO roles (company_id, name, description, level) VALUES (%s, 'worker', '', 1)"
HEAD = ("list", "statement", "without ms", "with ms", "ratio")


@dataclass(frozen=True)
class Pair:
    """Seconds of a statement without and with the policies, measured in turn."""

    without: Sequence[float]
    bound: Sequence[float]

    @property
    def ratio(self) -> float:
        """By the medians."""
        return percentile(self.bound, 50) / percentile(self.without, 50)


def main() -> int:
    """Fill, measure, print; 1 when the policies cost more over all lists than is allowed."""
    parser = argparse.ArgumentParser(prog="tests.bench.rls", description=__doc__)
    parser.add_argument("--rows", type=int, default=COUNT, help="rows of each list")
    parser.add_argument("--times", type=int, default=400, help="how often each statement is run")
    parser.add_argument("--only", default="", help="a word of the paths to measure")
    options = parser.parse_args()
    stack = Stack(VAR / "bench-rls")
    stack.remove()
    rows, pairs = [], []
    # Another company's rows are in the way of whoever reads past them. One list's rows are of people of another's.
    companies, user_id = (uuid4(), uuid4()), uuid4()
    with stack:
        stack.prepare()
        with Databases(stack) as databases:
            say(f"\nMachine: {machine(databases)}")
            for each in LISTS:
                if options.only not in each.path:
                    continue
                for name, pair in _measure(stack, databases, each, companies, user_id, options):
                    times = [percentile(pair.without, 50), percentile(pair.bound, 50)]
                    rows.append(
                        (each.path, name, *(f"{one * 1000:.3f}" for one in times), f"{pair.ratio:.3f}")
                    )
                    pairs.append(pair)
    stack.remove()
    ratio = sum(percentile(pair.bound, 50) for pair in pairs) / sum(
        percentile(pair.without, 50) for pair in pairs
    )
    say(f"\nLists of {LIMIT} at {options.rows} rows, medians of {options.times}")
    say("  " + table(HEAD, rows).replace("\n", "\n  "))
    say(f"\nAll of them together: {ratio:.3f} (allowed: {ALLOWED:.2f})")
    return 0 if ratio <= ALLOWED else 1


def _measure(
    stack: Stack,
    databases: Databases,
    each: MeasuredList,
    companies: Sequence[UUID],
    user_id: UUID,
    options: argparse.Namespace,
) -> list[tuple[str, Pair]]:
    company_id = companies[0]
    # The companies themselves are not needed: no foreign keys are checked.
    databases.connection(each.service).execute("SET session_replication_role = replica")
    for somebody in companies:
        if each.service == "auth":
            # Accounts are of a company by the roles that they have there.
            databases.connection("auth").execute(ROLE, [somebody])
        each.fill(databases, somebody, user_id, options.rows)
    statements = {
        "page of 50": each.bare_query(company_id, user_id, LIMIT),
        "count of 1,000": each.count_query(company_id, user_id, 1000),
    }
    scope = SCOPE.format(company_id=company_id, user_id=user_id)
    with (
        psycopg.connect(stack.dsn(each.service, "backup")) as free,
        psycopg.connect(stack.dsn(each.service, "app")) as bound,
    ):
        return [
            (name, _in_turn(free, bound, scope.encode(), statement.encode(), options.times))
            for name, statement in statements.items()
        ]


def _in_turn(
    free: psycopg.Connection, bound: psycopg.Connection, scope: bytes, statement: bytes, times: int
) -> Pair:
    found: list[tuple[list[float], psycopg.Connection]] = [([], free), ([], bound)]
    for number in range(times + 20):
        # Neither always comes after the other.
        for seconds, connection in found if number % 2 else found[::-1]:
            with connection.transaction():
                connection.execute(scope)
                began = time.perf_counter()
                rows = connection.execute(statement).fetchall()
                if number >= 20:
                    seconds.append(time.perf_counter() - began)
            if not rows:
                raise RuntimeError(f"no rows: {statement.decode()}")
    return Pair(found[0][0], found[1][0])


if __name__ == "__main__":
    raise SystemExit(main())
