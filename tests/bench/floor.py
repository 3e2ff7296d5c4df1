"""The least a saga over three databases can cost: three inserts with three commits, and nothing else."""

import threading
import time
from dataclasses import dataclass
from uuid import uuid4

import psycopg

from common.runtime.stack import Stack
from tests.bench.cpu import usage

SECONDS = 5.0
_TABLES = {
    "auth": "CREATE TABLE bench.users (id uuid PRIMARY KEY, email text UNIQUE, name text)",
    "employee": "CREATE TABLE bench.employees (id uuid PRIMARY KEY, user_id uuid UNIQUE, name text)",
    "company": "CREATE TABLE bench.headcount (id uuid PRIMARY KEY, employee_id uuid UNIQUE, delta int)",
}
_INSERTS = {
    "auth": b"INSERT INTO bench.users VALUES (%s, %s, 'A person')",
    "employee": b"INSERT INTO bench.employees VALUES (%s, %s, 'A person')",
    "company": b"INSERT INTO bench.headcount VALUES (%s, %s, 1)",
}


@dataclass(frozen=True)
class Floor:
    """Bare sagas a second, and CPU seconds (client and server) of one."""

    threads: int
    per_second: float
    cpu: float


def floor(stack: Stack, threads: int) -> Floor:
    """Run bare sagas for a few seconds in a schema of their own, which is removed afterwards."""
    connections = {name: psycopg.connect(stack.dsn(name, "superuser"), autocommit=True) for name in _TABLES}
    for name, statement in _TABLES.items():
        connections[name].execute("CREATE SCHEMA bench")
        connections[name].execute(statement.encode())
    try:
        return _measure(stack, threads)
    finally:
        for connection in connections.values():
            connection.execute("DROP SCHEMA bench CASCADE")
            connection.close()


def _measure(stack: Stack, threads: int) -> Floor:
    counts = [0] * threads
    before, began = usage(stack), time.monotonic()
    workers = [
        threading.Thread(target=_work, args=(stack, counts, at, began + SECONDS)) for at in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.monotonic() - began
    used = usage(stack).since(before)
    # Idle services go on polling: only this program and PostgreSQL have to do with it.
    cpu = sum(each for name, each in used.seconds.items() if name.startswith(("clients", "postgres")))
    return Floor(threads, sum(counts) / seconds, cpu / sum(counts))


def _work(stack: Stack, counts: list[int], at: int, until: float) -> None:
    sessions = [
        (psycopg.connect(stack.dsn(name, "superuser"), autocommit=True), statement)
        for name, statement in _INSERTS.items()
    ]
    while time.monotonic() < until:
        for session, statement in sessions:
            session.execute(statement, [uuid4(), uuid4()])
        counts[at] += 1
    for session, _ in sessions:
        session.close()
