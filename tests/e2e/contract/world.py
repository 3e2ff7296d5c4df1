"""Who and what there is when the operations are tried: two companies, their people, and things of both."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.contract.facts import FORM, Operation
from tests.e2e.house import House, Person

PASSWORD = "a password nobody guesses"
RESET, VERIFY = "/password/reset/", "/email/verify/"
MAILED_AT_ONCE = 8
PAST = {
    "education": [
        {"degree": "BSc", "field": "Accounting", "institution": "Kuwait University", "graduation_year": 2015}
    ],
    "work_experience": [
        {
            "company": "Gulf Trading",
            "position": "Clerk",
            "start_date": "2016-01-01",
            "end_date": "2020-12-31",
            "description": "Payroll",
        }
    ],
}


@dataclass(frozen=True)
class Scene:
    """What a good request of an operation needs beside what the facts say; made anew for each request."""

    by: Person | None = None
    """Who may; None for somebody who did not sign in."""
    not_by: Person | None = None
    """Somebody signed in who may not."""
    path: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    """Values of body fields, where not just any sample will do; a function is called for each body with the
    names of its fields and the values that are fixed."""
    query: dict[str, str] = field(default_factory=dict)
    """The same for query parameters."""
    foreign: dict[str, str] = field(default_factory=dict)
    """``path`` with things of a company that ``by`` does not belong to."""


@dataclass(frozen=True)
class Seen:
    """An answer that came, for the reckoning at the end."""

    operation: Operation
    answer: httpx.Response


class World:
    """Things are made over HTTP when they are first asked for."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hr = house.hr
        self.company = house.new_company(
            logo_url="https://hrms.example/logo.png", subscription_expires_at="2030-01-01T00:00:00Z"
        )
        self.other_company = house.new_company()
        self.manager, self.worker = house.new_members(self.company, "company_manager", "worker")
        self.outsider = self.registered()
        self.seen: list[Seen] = []
        self._tokens: dict[str, list[str]] = {RESET: [], VERIFY: []}

    def registered(self) -> Person:
        """Somebody with an account of their own, a session just opened, and a place in no company."""
        body = {"email": new_email(), "password": PASSWORD, "first_name": "Huda", "last_name": "Karim"}
        answer = httpx.post(f"{self.house.stack.url('auth')}/register", json=body, timeout=60)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return Person(self.house.stack, answer.json())

    @cached_property
    def member(self) -> Person:
        """Somebody with an account of their own and a place in the company."""
        person = self.registered()
        self.house.give_role(person.id, "worker", self.company)
        return self.house.sign_in(person.email, PASSWORD)

    def reset_token(self) -> str:
        """The token of a mailed link that sets a new password; each is given once."""
        return self._token(RESET)

    def verification_token(self) -> str:
        """The same for a link that confirms an address."""
        return self._token(VERIFY)

    def _token(self, kind: str) -> str:
        if not self._tokens[kind]:
            # Mails go out every few seconds: waiting for many takes no longer than waiting for one.
            people = [self.registered() for _ in range(MAILED_AT_ONCE)]
            for each in people:
                path = "/password/reset" if kind == RESET else "/email/resend-verification"
                body = {"email": each.email} if kind == RESET else None
                assert each.ask("POST", "auth", path, json=body).is_success
            links = [self.house.mailbox.link_to(each.email, kind) for each in people]
            self._tokens[kind] = [link.rpartition("/")[2] for link in links]
        return self._tokens[kind].pop()

    def send(
        self,
        operation: Operation,
        scene: Scene,
        *,
        body: dict[str, Any] | None = None,
        query: dict[str, Any] | None = None,
        path: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """One request as the scene's person; ``options`` go to httpx."""
        address = operation.path
        for name, value in (scene.path if path is None else path).items():
            address = address.replace(f"{{{name}}}", value)
        if body is not None:
            options |= _form(body) if operation.body_type == FORM else {"json": body}
        url = f"{self.house.stack.url(operation.service)}{address}"
        headers = {"Authorization": f"Bearer {scene.by.token}"} if scene.by else {}
        options["headers"] = {**headers, **options.get("headers", {})}
        answer = httpx.request(operation.method, url, params=query, timeout=60, **options)
        self.seen.append(Seen(operation, answer))
        return answer

    def made(self, person: Person, service: str, path: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """What ``POST path`` made."""
        answer = person.ask("POST", service, path, json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        found: dict[str, Any] = answer.json()[key]
        return found

    # Things of the company, and of the other one

    def new_department(self, company_id: str) -> str:
        """The id of a department."""
        path = f"/companies/{company_id}/departments"
        return str(self.made(self.hr, "company", path, "department", {"name": uuid4().hex})["id"])

    @cached_property
    def department(self) -> str:
        """A department of the company, of which employee_service has heard."""
        return self.new_department(self.company)

    @cached_property
    def foreign_department(self) -> str:
        """One of the other company."""
        return self.new_department(self.other_company)

    def new_employee(self, company_id: str) -> dict[str, Any]:
        """Somebody just hired."""
        answer = self.hr.hire(company_id)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        found: dict[str, Any] = answer.json()["employee"]
        return found

    @cached_property
    def employee(self) -> dict[str, Any]:
        """An employee of the company, who has a past."""
        employee = self.new_employee(self.company)
        path = f"/employees/{employee['id']}/profile"
        assert self.hr.ask("PUT", "employee", path, json=PAST).is_success
        return employee

    @cached_property
    def foreign_employee(self) -> dict[str, Any]:
        """One of the other company."""
        return self.new_employee(self.other_company)

    @cached_property
    def manager_employee(self) -> str:
        """The manager's own employee record."""
        return str(self.manager.get("employee", "/employees/me")["employee"]["id"])

    @cached_property
    def foreign_reviewer(self) -> str:
        """A colleague of the other company's employee."""
        return str(self.new_employee(self.other_company)["id"])


def new_email() -> str:
    """An address that nobody has."""
    return f"{uuid4().hex}@contract.example"


def _form(body: dict[str, Any]) -> dict[str, Any]:
    files = {name: value for name, value in body.items() if isinstance(value, tuple)}
    data = {name: _spelled(value) for name, value in body.items() if name not in files}
    # httpx would send a form without a file as another media type.
    return {"data": data, "files": files} if files else {"files": {n: (None, v) for n, v in data.items()}}


def _spelled(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
