"""The whole system as its users see it: over HTTP, six services, nothing armed and nothing replaced."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

import httpx

from common.runtime.databases import Databases
from common.runtime.layout import HR_ADMIN_EMAIL, SERVICES
from common.runtime.quiet import wait_quiet
from common.runtime.stack import Stack
from tests.e2e.mailbox import Mailbox
from tests.waiting import wait_until

WAIT_SECONDS = "45"
"""How long a hire waits for its saga: longer than any test lets it wait."""
RENEWED_AFTER = 600.0
"""Seconds of an access token's fifteen minutes after which a person gets a new one."""
OPEN_TO_EVERYBODY = {
    "auth": "/profile",
    "company": "/companies",
    "employee": "/employees",
    "document": "/documents",
    "notification": "/notifications",
    "analytics": "/events",
}
"""An address of each service that answers 200 to a signed-in super administrator."""


class Person:
    """Somebody signed in, with a connection to every service."""

    def __init__(self, stack: Stack, signed_in: dict[str, Any]) -> None:
        self._stack = stack
        self._http = httpx.Client(timeout=60)
        self.id = str(signed_in["user"]["id"])
        self.email = str(signed_in["user"]["email"])
        self.refresh_token = str(signed_in["refresh_token"])
        self._token, self._since = "", 0.0
        self.take(str(signed_in["token"]))

    @property
    def token(self) -> str:
        """An access token that is good for some minutes to come."""
        if time.monotonic() - self._since > RENEWED_AFTER:
            self._renew()
        return self._token

    def take(self, token: str) -> None:
        """Use this access token from now on."""
        self._token, self._since = token, time.monotonic()

    def ask(self, method: str, service: str, path: str, **options: Any) -> httpx.Response:
        """One request."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self._http.request(method, f"{self._stack.url(service)}{path}", headers=headers, **options)

    def _renew(self) -> None:
        body = {"refresh_token": self.refresh_token}
        answer = self._http.post(f"{self._stack.url('auth')}/refresh", json=body).raise_for_status().json()
        self.refresh_token = str(answer["refresh_token"])
        self.take(str(answer["token"]))

    def get(self, service: str, path: str, **query: Any) -> Any:
        """The body of an answer that must be 200."""
        answer = self.ask("GET", service, path, params=query)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def get_all(self, service: str, path: str, key: str, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list."""
        rows: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            piece = self.get(service, path, **query, limit=100, cursor=cursor)
            rows += piece[key]
            cursor = piece["pagination"]["next_cursor"]
        return rows

    def hire(self, company_id: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        """Hire a new person; ``fields`` on top of what every hire needs."""
        return self.ask(
            "POST", "employee", "/employees", json=new_person(company_id, **fields), headers=headers or {}
        )

    def refused_by(self) -> list[str]:
        """The services that do not know this person's token (any more)."""
        statuses = {name: self.ask("GET", name, path).status_code for name, path in OPEN_TO_EVERYBODY.items()}
        return [name for name, status in statuses.items() if status == httpx.codes.UNAUTHORIZED]


class House:
    """The running system."""

    def __init__(self, stack: Stack, databases: Databases, mailbox: Mailbox) -> None:
        self.stack = stack
        self.databases = databases
        self.mailbox = mailbox
        self.hr = self.sign_in(HR_ADMIN_EMAIL, stack.credentials.hr_admin_password)

    def sign_in(self, email: str, password: str, **fields: Any) -> Person:
        """Sign in over HTTP."""
        body = {"email": email, "password": password, **fields}
        answer = httpx.post(f"{self.stack.url('auth')}/login", json=body, timeout=60)
        assert answer.status_code == httpx.codes.OK, answer.text
        return Person(self.stack, answer.json())

    def new_company(self, **fields: Any) -> str:
        """The id of a new company that takes hires."""
        body = {"name": f"E2E Trading {uuid4().hex[:8]}", **fields}
        answer = self.hr.ask("POST", "company", "/companies", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return str(answer.json()["company"]["id"])

    def new_member(self, company_id: str, role: str = "worker") -> Person:
        """Somebody who was hired, set a password by the mail they got, has ``role``, and signed in."""
        return self.new_members(company_id, role)[0]

    def new_members(self, company_id: str, *roles: str) -> list[Person]:
        """The same for several, whose mails are waited for at once."""
        employees = [self.hr.hire(company_id).json()["employee"] for _ in roles]
        for employee, role in zip(employees, roles, strict=True):
            wait_until(partial(self._active, employee["user_id"]), "the account is active")
            if role != "worker":
                self.give_role(employee["user_id"], role, company_id)
        return self.first_sign_in(*(employee["email"] for employee in employees))

    def first_sign_in(self, *emails: str) -> list[Person]:
        """Set passwords by mail and sign in."""
        auth = self.stack.url("auth")
        for email in emails:
            httpx.post(f"{auth}/password/reset", json={"email": email}, timeout=60).raise_for_status()
        people = []
        for email in emails:
            # Of other signs than the address: two texts of 32 hexadecimal digits are much alike.
            password, address = token_urlsafe(24), self.mailbox.link_to(email, "/password/reset/")
            httpx.post(address, json={"new_password": password}, timeout=60).raise_for_status()
            people.append(self.sign_in(email, password))
        return people

    def give_role(self, user_id: str, role: str, company_id: str) -> None:
        """What an administrator does."""
        body = {"role": role, "company_id": company_id}
        answer = self.hr.ask("POST", "auth", f"/users/{user_id}/roles", json=body)
        assert answer.is_success, answer.text

    def roles_of(self, company_id: str) -> set[str]:
        """The names of a company's roles."""
        roles = self.hr.get_all("auth", "/roles", "roles")
        return {str(role["name"]) for role in roles if role.get("company_id") == company_id}

    def wait_quiet(self) -> None:
        """Wait until nothing is on its way."""
        wait_quiet(self.stack, self.databases)

    def _active(self, user_id: str) -> bool:
        return bool(
            self.databases.value("auth", "SELECT is_active FROM users WHERE id = %s", [UUID(user_id)])
        )


def new_person(company_id: str, **fields: Any) -> dict[str, Any]:
    """The request to hire somebody whom nobody has met."""
    return {
        "company_id": company_id,
        "first_name": "Mariam",
        "last_name": "Al-Ahmad",
        "email": f"{uuid4().hex}@e2e.example",
        "position": "Clerk",
        "hire_date": "2026-01-01",
        **fields,
    }


@contextmanager
def open_house(root: Path) -> Iterator[House]:
    """A fresh system in folder ``root``; everything ends with the block."""
    Stack(root).remove()
    with Mailbox() as mailbox, Stack(root, kind="test", fsync=False) as stack:
        stack.prepare()
        stack.ensure_admin()
        stack.start_services(
            env={
                "MAIL_HOST": "127.0.0.1",
                "MAIL_PORT": str(mailbox.port),
                "HIRE_WAIT_SECONDS": WAIT_SECONDS,
            }
        )
        stack.wait_healthy()
        with Databases(stack) as databases:
            house = House(stack, databases, mailbox)
            # Every subscriber has registered with every producer.
            wait_until(lambda: _subscribed(databases), "every service follows the others")
            yield house


def _subscribed(databases: Databases) -> bool:
    return all(
        databases.value(name, "SELECT count(*) FROM feed_subscribers WHERE name = 'analytics'")
        for name in SERVICES
        if name != "analytics"
    )
