"""How long other requests take while sixty-four wait for their sagas."""

import threading
import time
from collections.abc import Mapping
from uuid import UUID

from common.runtime.client import Client, SignIn
from common.runtime.databases import Databases
from common.runtime.quiet import wait_until
from common.runtime.stack import Stack
from tests.bench.single import CLIENTS, body

SECONDS = 5.0
READERS = 2


def read_for(urls: Mapping[str, str], sign_in: SignIn, seconds: float) -> list[float]:
    """Seconds of each GET /employees of a few clients."""
    found: list[float] = []
    until = time.monotonic() + seconds

    def read() -> None:
        client = Client(urls, sign_in)
        while time.monotonic() < until:
            began = time.monotonic()
            client.call("employee", "GET", "/employees")
            found.append(time.monotonic() - began)
        client.close()

    threads = [threading.Thread(target=read) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def read_beside_waiters(
    stack: Stack, databases: Databases, urls: Mapping[str, str], sign_in: SignIn, company_id: UUID
) -> tuple[list[float], list[int]]:
    """The same while 64 requests wait, because a participant is frozen; also the statuses those got."""
    statuses: list[int] = []

    def wait() -> None:
        client = Client(urls, sign_in)
        statuses.append(client.call("employee", "POST", "/employees", body(company_id)).status)
        client.close()

    participant = stack.process("auth", "worker")
    participant.pause()
    try:
        waiters = [threading.Thread(target=wait) for _ in range(CLIENTS)]
        for waiter in waiters:
            waiter.start()
        wait_until(lambda: _not_all_waiting(databases), 10.0)
        found = read_for(urls, sign_in, SECONDS)
    finally:
        participant.resume()
    for waiter in waiters:
        waiter.join()
    return found, statuses


def _not_all_waiting(databases: Databases) -> str:
    live = databases.value("employee", "SELECT count(*) FROM sagas WHERE state = 'running'")
    return "" if live >= CLIENTS else f"{live} sagas run"
