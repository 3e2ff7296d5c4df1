"""A system of its own for a benchmark, with one company to hire into."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from common.runtime.client import Client, SignIn
from common.runtime.databases import Databases
from common.runtime.interruption import Interruption
from common.runtime.layout import HR_ADMIN_EMAIL, SERVICES, VAR
from common.runtime.quiet import wait_quiet
from common.runtime.stack import Stack


@dataclass(frozen=True)
class System:
    """The running stack and the way into it."""

    stack: Stack
    databases: Databases
    urls: dict[str, str]
    sign_in: SignIn
    company_id: UUID


@contextmanager
def running_system(name: str, *, commit_times: bool = False) -> Iterator[System]:
    """Start everything on fresh data in ``var/name`` with the settings of production, and stop it in the end.

    ``commit_times`` has PostgreSQL remember when each transaction committed.
    """
    stack = Stack(VAR / name)
    signals = Interruption()
    try:
        stack.remove()
        stack.start_databases()
        if commit_times:
            _remember_commit_times(stack)
        stack.provision()
        stack.migrate()
        stack.ensure_admin()
        stack.start_services()
        stack.wait_healthy()
        urls = {service: stack.url(service) for service in SERVICES}
        sign_in = SignIn(urls, HR_ADMIN_EMAIL, stack.credentials.hr_admin_password)
        client = Client(urls, sign_in)
        answer = client.call("company", "POST", "/companies", {"name": "Measured"})
        client.close()
        with Databases(stack) as databases:
            wait_quiet(stack, databases)
            yield System(stack, databases, urls, sign_in, UUID(answer.body["company"]["id"]))
    finally:
        signals.stopping = True
        stack.stop(signals.hurry)


def _remember_commit_times(stack: Stack) -> None:
    import psycopg

    address = stack.dsn("auth", "superuser").rpartition("/")[0]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    stack.postgres.restart("fast")


def say(text: str) -> None:
    """Print a line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
