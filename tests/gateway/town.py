"""Both sides and the gateway: the running house, the old application over its file, and HAProxy between."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from common.legacy.ids import new_id
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.statistics import take
from common.runtime.layout import ROOT
from common.runtime.ports import is_free
from common.testing.legacy_files import SECOND, company, employee, user, write_legacy_file
from tests.e2e.house import House, open_house
from tests.gateway.load import Load, Request
from tests.waiting import wait_until

COMPANIES = 60
PATHS = (
    "/employees?limit=5",
    "/companies?limit=5",
    "/notifications?limit=5",
    "/profile",
    "/employee/employees?limit=5",
    "/company/companies?limit=5",
)
WRITE = "/notifications/mark-all-read"
A_WRITE_IN = 10


@dataclass(frozen=True)
class Town:
    """What a test of the switch works with."""

    house: House
    gateway: Gateway
    old: str
    """The old application's address."""

    @property
    def address(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.gateway.options.port}"

    def load(self, rate: float = 200.0) -> Load:
        """People of sixty companies: nine of ten requests read, one writes."""
        token = f"Authorization: Bearer {self.house.hr.token}\r\n"

        def request(number: int) -> Request:
            # Some clients know their company by its old id, some by its new one.
            old_id = f"company-{number % COMPANIES}"
            named = old_id if number % 7 else str(new_id("companies", old_id))
            headers = f"{token}X-Company-Id: {named}\r\n"
            if number % A_WRITE_IN == 0:
                return Request("PATCH", WRITE, headers, old_id)
            return Request("GET", PATHS[number // 3 % len(PATHS)], headers, old_id)

        return Load("127.0.0.1", self.gateway.options.port, rate, request)

    def command(self, name: str, *arguments: str) -> subprocess.Popen[str]:
        """One of the gateway's commands, as the Makefile runs it."""
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "common.runtime.gateway",
                name,
                "--folder",
                str(self.gateway.folder),
                *arguments,
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def settle(self) -> None:
        """Everything on the old side and everybody trusted by HAProxy."""
        self.gateway.traffic.change(0, "a test begins")
        wait_until(self._well, "both sides pass their health checks")

    def _well(self) -> bool:
        rows = [row for row in self.gateway.socket.statistics() if row["svname"] == "app"]
        backends = take(self.gateway.socket).backends.values()
        return all(int(row["check_health"]) >= 10 for row in rows) and not any(each.open for each in backends)


@contextmanager
def open_town(root: Path) -> Iterator[Town]:
    """Everything, on fresh data in ``root``; it ends with the block."""
    with open_house(root) as house, _old_application(root / "old.db") as old:
        told = {f"{name.upper()}_URL": house.stack.url(name) for name in house.stack.ports.services}
        told |= {"LEGACY_URL": old, "GATEWAY_PORT": str(_free_port())}
        with Gateway(root / "gateway") as gateway:
            gateway.start(told, house.stack.root)
            gateway.mark_ready()
            yield Town(house, gateway, old)


@contextmanager
def _old_application(file: Path) -> Iterator[str]:
    notice = {"user_id": "user-1", "title": "إشعار", "message": "-", "is_read": 0, "created_at": SECOND}
    write_legacy_file(
        file,
        companies=[company(number) for number in range(COMPANIES)],
        users=[
            user(number, company_id=f"company-{number}", email_verified=1) for number in range(1, COMPANIES)
        ],
        employees=[employee(number, company_id=f"company-{number % COMPANIES}") for number in range(300)],
        notifications=[{"id": f"n-{number}", "company_id": "company-1", **notice} for number in range(20)],
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        listener.listen(512)
        options = ("--fd", str(listener.fileno()), "--log-level", "warning", "--no-access-log")
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "tests.gateway.old_application:app", *options],
            cwd=ROOT,
            env={**os.environ, "OLD_FILE": str(file)},
            pass_fds=[listener.fileno()],
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(
            lambda: httpx.get(f"{address}/health", timeout=5).is_success, "the old application answers"
        )
        yield address
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    return next(port for port in range(28_000, 29_000) if is_free(port))
