"""A running system whose workers and relays can be armed to kill themselves."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from common.runtime.health import answers
from common.runtime.layout import HR_ADMIN_EMAIL
from common.runtime.process_table import STACK_MARK
from common.runtime.stack import Stack
from common.testing.invariants import PARTICIPANTS, Databases, databases, violations
from tests.crash.zygotes import Child, Zygote
from tests.waiting import wait_until

RUNS = tuple((service, run) for service in PARTICIPANTS for run in ("worker", "relay"))
LIVE = ("running", "compensating")
ANSWER_SECONDS = 0.5
"""How long a command's answer is waited for here, instead of 4 s."""


class System:
    """Webs of three services as ordinary processes, their workers and relays from zygotes."""

    def __init__(self, stack: Stack, found: Databases) -> None:
        self.stack = stack
        self.found = found
        logs = stack.root / "logs"
        logs.mkdir(exist_ok=True)
        self._zygotes = {
            service: Zygote(
                service,
                {**stack.environment(service), STACK_MARK: str(stack.root)},
                logs / f"{service}-zygote.log",
            )
            for service in PARTICIPANTS
        }
        self.children: dict[tuple[str, str], Child] = {}
        self._more: list[Child] = []
        for zygote in self._zygotes.values():
            zygote.wait_ready()
        self.ensure_running()
        self._http = httpx.Client(timeout=30)
        self._http.headers["Authorization"] = f"Bearer {self._token()}"
        self.company_id = self.create_company("Crash Trading")
        self.inactive_company_id = self.create_company("Closed Trading")
        self.request("DELETE", "company", f"/companies/{self.inactive_company_id}").raise_for_status()

    def _token(self) -> str:
        body = {"email": HR_ADMIN_EMAIL, "password": self.stack.credentials.hr_admin_password}
        answer = httpx.post(f"{self.stack.url('auth')}/login", json=body, timeout=30)
        answer.raise_for_status()
        return str(answer.json()["token"])

    def request(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        """One HTTP request as the HR administrator."""
        return self._http.request(method, f"{self.stack.url(service)}{path}", **options)

    def create_company(self, name: str) -> str:
        """The id of a new company."""
        answer = self.request("POST", "company", "/companies", json={"name": f"{name} {uuid4().hex[:8]}"})
        answer.raise_for_status()
        return str(answer.json()["company"]["id"])

    def hire(
        self, *, company_id: str | None = None, headers: dict[str, str] | None = None, **fields: Any
    ) -> Any:
        """Start a hire without waiting for it; returns the answer."""
        body = {
            "company_id": company_id or self.company_id,
            "first_name": "Sara",
            "last_name": "Ali",
            "email": f"{uuid4().hex}@crash.example",
            "position": "Clerk",
            "hire_date": "2026-01-01",
            "employment_type": "full_time",
            **fields,
        }
        return self.request(
            "POST",
            "employee",
            "/employees",
            json=body,
            headers={"Prefer": "respond-async", **(headers or {})},
        )

    def start_hire(self, *, company_id: str | None = None) -> str:
        """The id of the saga of a hire that was just started."""
        answer = self.hire(company_id=company_id)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return str(answer.json()["saga"]["id"])

    def state(self, saga_id: str) -> str:
        """The saga's state in the database."""
        return str(self.found.value("employee", "SELECT state FROM sagas WHERE id = %s", saga_id))

    def wait_ended(self, saga_id: str) -> float:
        """Wait until the saga is no longer live; the seconds it took."""
        return wait_until(lambda: self.state(saga_id) not in LIVE, f"saga {saga_id} ends")

    def wait_at_rest(self) -> None:
        """Wait until every invariant holds: events are applied, accounts active, heads counted."""
        last: list[str] = []

        def holds() -> bool:
            last[:] = violations(self.found)
            return not last

        try:
            wait_until(holds, "all invariants hold")
        except AssertionError as error:
            raise AssertionError("\n".join(last)) from error

    def settle(self) -> None:
        """Back to one running worker and relay a service, and to rest; also after a test that failed."""
        for child in (*self._more, *(child for child in self.children.values() if child.stopped.is_set())):
            child.kill9()
        self._more.clear()
        self.ensure_running()
        self.wait_webs()
        self.wait_at_rest()

    def wait_webs(self) -> None:
        """Wait until the web processes answer."""
        for service in PARTICIPANTS:
            wait_until(partial(answers, self.stack.ports.services[service]), f"{service} answers")

    def ensure_running(self, runs: Iterable[tuple[str, str]] = RUNS) -> None:
        """Fork what is not running."""
        for service, run in runs:
            child = self.children.get((service, run))
            if child is None or child.ended.is_set():
                self.children[service, run] = self._zygotes[service].fork(run)

    def one_more(self, service: str, run: str) -> Child:
        """A second worker or relay beside the first, until the test ends."""
        self._more.append(self._zygotes[service].fork(run))
        return self._more[-1]

    def arm(
        self,
        service: str,
        run: str,
        boundary: str,
        kinds: Iterable[str],
        how: str = "kill",
        record: Path | None = None,
    ) -> Child:
        """Replace a process by one that will kill itself, ``freeze`` or ``disconnect`` at ``boundary``."""
        self.children[service, run].kill9()
        child = self._zygotes[service].fork(run, arm=boundary, how=how, record=record, kinds=kinds)
        self.children[service, run] = child
        return child

    def record(self, service: str, run: str, path: Path, kinds: Iterable[str]) -> None:
        """Replace a process by one that writes down the boundaries it crosses."""
        self.children[service, run].kill9()
        self.children[service, run] = self._zygotes[service].fork(run, record=path, kinds=kinds)

    def close(self) -> None:
        """End the workers and relays."""
        self._http.close()
        for zygote in self._zygotes.values():
            zygote.close()


@contextmanager
def running_system(root: Path | str) -> Iterator[System]:
    """A fresh system in folder ``root``; everything ends with the block."""
    Stack(root).remove()
    with Stack(root, kind="test") as stack:
        stack.prepare()
        stack.ensure_admin()
        stack.start_services(PARTICIPANTS, ("web",))
        stack.wait_healthy(PARTICIPANTS)
        with databases(lambda service: stack.dsn(service, "superuser")) as found:
            system = System(stack, found)
            try:
                yield system
            finally:
                system.close()
