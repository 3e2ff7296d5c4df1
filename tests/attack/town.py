"""Who lives here: a company with people and things worth stealing, and those who would like to have them."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import httpx

from common.runtime.layout import ROOT
from tests.attack.evidence import Fingerprint, changes, fingerprint, ids_of
from tests.attack.ledger import Attack
from tests.attack.openapi import Operation, operations, sent_in, uuids_in
from tests.e2e.fuzzing.things import MAKERS, PASSWORD, Ids, Things
from tests.e2e.house import House, Person
from tests.waiting import wait_until

INSIDE = ("Traceback", "psycopg", "django.db", "site-packages", str(ROOT))
"""What no answer may contain."""
LOOK_AGAIN = threading.Event()
STILL = 10.0
"""Seconds without a change, in which every job of the clock had its turn."""
READING = [
    f"{area}:view"
    for area in ("dashboard", "employees", "reports", "leave_requests", "payroll", "documents", "performance")
]


class Town(Things):
    """The attacked company is ``company``; ``manager`` runs it. ``stranger`` runs the company of ``others``."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.others = Things(house)
        self.stranger = self.others.manager
        self.powerless = self.with_role("Powerless", [])
        self.reader = self.with_role("Reader", READING)
        self.client = httpx.Client(timeout=60)
        self.faults: list[str] = []
        self._still: Fingerprint | None = None

    def wait_still(self) -> Fingerprint:
        """Wait until nobody writes to the attacked company's tables any more, mails and reports included.

        What was still after the attack before, and is as it was, is still.
        """
        self.house.wait_quiet()
        seen, since = fingerprint(self.house.databases, self.company), time.monotonic()

        def is_still() -> bool:
            nonlocal seen, since
            LOOK_AGAIN.wait(0.5)
            now = fingerprint(self.house.databases, self.company)
            if now != seen:
                seen, since = now, time.monotonic()
            return time.monotonic() - since > STILL

        if seen != self._still:
            wait_until(is_still, "nothing is written any more", 120)
        self._still = seen
        return seen

    def with_role(self, name: str, permissions: list[str]) -> Person:
        """A member of the attacked company whose role has these rights and no others."""
        body = {"name": name, "level": 1, "permissions": permissions, "company_id": self.company}
        self.made("auth", "/roles", "role", **body)
        return self.member(self.company, name)

    def member(self, company: str, role: str) -> Person:
        """Somebody with an account and this role, and no record of employment."""
        person = self.registered()
        self.house.give_role(person.id, role, company)
        return self.house.sign_in(person.email, PASSWORD)

    def ids_for(self, operation: Operation) -> Ids:
        """Things of the attacked company for what the operation's address names."""
        return self.named_in(operation.path, own=False)

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """One thing of each kind, all of the attacked company."""
        found = _one_of_each(self)
        wait_until(lambda: self._hired(found["job_id"]), "the bulk hire has ended", 120)
        wait_until(lambda: self._written(found["report_id"]), "the report is written", 120)
        wait_until(lambda: self._collected(found["request_id"]), "the package is collected", 120)
        return found

    @cached_property
    def other_ids(self) -> Mapping[str, str]:
        """The same of the strangers' company."""
        return _one_of_each(self.others)

    def _written(self, report_id: str) -> bool:
        report = self.house.hr.get("analytics", f"/reports/{report_id}")["report"]
        return report["status"] in {"ready", "failed"}

    def _collected(self, request_id: str) -> bool:
        request = self.house.hr.get("employee", f"/privacy-requests/{request_id}")["request"]
        return bool(request["state"] != "running")

    def _hired(self, job_id: str) -> bool:
        job = self.house.hr.get("employee", f"/employees/bulk/{job_id}")["job"]
        return "finished_at" in job

    @cached_property
    def secrets(self) -> set[str]:
        """Every id of the attacked company: nobody else may ever be told one."""
        assert self.ids
        self.wait_still()
        return ids_of(self.house.databases, self.company)

    def send(self, token: str | None, operation: Operation, path: str = "", **options: Any) -> httpx.Response:
        """One request with this token; None for none. ``path`` in place of one made of the town's things."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **options.pop("headers", {})}
        address = path or operation.address(self.ids_for(operation))
        url = f"{self.house.stack.url(operation.service)}{address}"
        try:
            answer = self.client.request(operation.method, url, headers=headers, **options)
        except httpx.TransportError:
            # The server ended the connection with its last answer: one more, on a fresh one.
            answer = self.client.request(operation.method, url, headers=headers, **options)
        if is_faulty(answer):
            self.faults.append(f"{operation}: {answer.status_code} {answer.text[:300]}")
        return answer

    def send_fitting(self, token: str, operation: Operation, **options: Any) -> httpx.Response:
        """The same, and once more without the fields that are not this person's to send."""
        answer = self.send(token, operation, **options)
        if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY or "json" not in options:
            return answer
        details = answer.json()["error"].get("details") or {}
        refused = {name for name, sentences in details.items() if "no such field" in str(sentences)}
        fitting = {name: value for name, value in options["json"].items() if name not in refused}
        return self.send(token, operation, **{**options, "json": fitting})

    def told(
        self, answer: httpx.Response, path: str = "", options: Mapping[str, Any] | None = None
    ) -> set[str]:
        """The attacked company's ids in an answer, beside those that the request named itself."""
        asked = sent_in(f"{answer.request.url} {path}", options or {})
        return (uuids_in(answer.text) & self.secrets) - asked

    @contextmanager
    def untouched(self, attack: Attack) -> Iterator[None]:
        """A block after which nothing of the attacked company is different; what is, leaked."""
        assert self.secrets
        before, faults = self.wait_still(), len(self.faults)
        yield
        for fault in self.faults[faults:]:
            attack.leaked(f"{attack.name}: {fault}")
        self.house.wait_quiet()
        after = fingerprint(self.house.databases, self.company)
        for change in changes(self.house.databases, before, after):
            attack.leaked(f"{attack.name}: {change}")


def is_faulty(answer: httpx.Response) -> bool:
    """Whether a service fell over a request, or tells of its inside."""
    fell = answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR
    return fell or any(word in answer.text for word in INSIDE)


def _one_of_each(things: Things) -> Mapping[str, str]:
    found: dict[str, str] = {"company_id": things.company}
    for operation in operations(things.house, share=1):
        made = things.named_in(operation.path, own=False)
        found |= {name: value for name, value in made.items() if name not in found}
    for name in MAKERS:
        if name not in found:
            found[name] = things.one(name, found)
    return found
