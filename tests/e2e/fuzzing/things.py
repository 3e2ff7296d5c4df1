"""What addresses and bodies name: made over HTTP, so that made-up requests meet something that exists.

An operation that ends, decides or deletes something gets a thing of its own: whatever becomes of that one,
the operations after it still find theirs.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.house import House, Person

FUZZER = "fuzzer@hrms.example"
PASSWORD = "a password nobody guesses"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MONTH = {"start_date": "2026-12-06", "end_date": "2026-12-10"}

Ids = Mapping[str, str]


class Things:
    """One company's people and records; ``administrator`` serves all companies, ``manager`` this one."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.stack.manage("auth", "ensure_admin", "--email", FUZZER, env={"HR_ADMIN_PASSWORD": PASSWORD})
        self.administrator = house.sign_in(FUZZER, PASSWORD)
        self.company = house.new_company()
        self.manager = house.new_member(self.company, "company_manager")
        self._kept: dict[str, str] = {}

    def named_in(self, path: str, *, own: bool) -> Ids:
        """Ids for the parameters of an address; ``own`` ones are for nobody else."""
        ids: dict[str, str] = {}
        for part in path.split("/"):
            if part.startswith("{") and part.strip("{}") in MAKERS:
                name = part.strip("{}")
                ids[name] = self.one(name, ids, own=own)
        return ids

    def one(self, name: str, ids: Ids, *, own: bool = False) -> str:
        """The id of a thing called ``name``, inside those of ``ids``."""
        inside = ids.get("user_id") or ids.get("employee_id") or ids.get("document_id") or ""
        key = f"{name} {inside}"
        if own or key not in self._kept:
            made = MAKERS[name](self, ids)
            self._kept.setdefault(key, made)
            return made
        return self._kept[key]

    @cached_property
    def employee(self) -> str:
        """Somebody employed at the company."""
        return self.hired()["id"]

    @cached_property
    def person_request(self) -> str:
        """A request for everything that is held on somebody."""
        body = {"employee_id": self.hired()["id"], "kind": "export", "reason": "asked for by the person"}
        return self.made("employee", "/privacy-requests", "request", **body)

    def hired(self) -> dict[str, str]:
        """Somebody just employed."""
        answer = self.house.hr.hire(self.company)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        found: dict[str, str] = answer.json()["employee"]
        return found

    def registered(self) -> Person:
        """Somebody with an account and a session of their own."""
        body = {"email": f"{uuid4().hex}@fuzz.example", "password": PASSWORD}
        names = {"first_name": "Huda", "last_name": "Karim"}
        auth = self.house.stack.url("auth")
        answer = httpx.post(f"{auth}/register", json={**body, **names}, timeout=60).raise_for_status()
        return Person(self.house.stack, answer.json())

    def made(self, service: str, path: str, key: str, **body: Any) -> str:
        """The id of what ``POST path`` made."""
        answer = self.house.hr.ask("POST", service, path, json=body)
        assert answer.is_success, answer.text
        return str(answer.json()[key]["id"])


def _account(things: Things, ids: Ids) -> str:
    person = things.registered()
    things.house.give_role(person.id, "worker", things.company)
    return person.id


def _membership(things: Things, ids: Ids) -> str:
    path = f"/users/{ids['user_id']}/memberships"
    return str(things.house.hr.get("auth", path)["memberships"][0]["id"])


def _session(things: Things, ids: Ids) -> str:
    return str(things.registered().get("auth", "/sessions")["sessions"][0]["id"])


def _role(things: Things, ids: Ids) -> str:
    body = {"level": 1, "permissions": ["dashboard:view"], "company_id": things.company}
    return things.made("auth", "/roles", "role", name=f"Clerk {uuid4().hex[:8]}", **body)


def _company(things: Things, ids: Ids) -> str:
    return things.house.new_company() if things.company in things._kept.values() else things.company


def _department(things: Things, ids: Ids) -> str:
    path = f"/companies/{things.company}/departments"
    return things.made("company", path, "department", name=uuid4().hex)


def _license(things: Things, ids: Ids) -> str:
    path = f"/companies/{things.company}/licenses"
    body = {"name": "Trade", "type": "main", "issued_on": "2026-01-01", "expires_on": "2036-01-01"}
    return things.made("company", path, "license", number=uuid4().hex, **body)


def _employee(things: Things, ids: Ids) -> str:
    return things.hired()["id"]


def _of_employee(kind: str, key: str, **body: Any) -> Callable[[Things, Ids], str]:
    def make(things: Things, ids: Ids) -> str:
        employee = ids.get("employee_id") or things.hired()["id"]
        return things.made("employee", f"/employees/{employee}/{kind}", key, **body)

    return make


def _review(things: Things, ids: Ids) -> str:
    body = {
        "employee_id": things.employee,
        "reviewer_id": things.hired()["id"],
        "review_period_start": "2026-01-01",
        "review_period_end": "2026-06-30",
        "review_date": "2026-07-01",
        "overall_rating": 4,
    }
    return things.made("employee", f"/employees/{things.employee}/performance-reviews", "review", **body)


def _relationship(things: Things, ids: Ids) -> str:
    path = f"/employees/{ids['employee_id']}/relationships"
    body = {"related_employee_id": things.hired()["id"], "kind": "mentor"}
    return things.made("employee", path, "relationship", **body)


def _saga(things: Things, ids: Ids) -> str:
    answer = things.house.hr.hire(things.company, headers={"Prefer": "respond-async"})
    return str(answer.json()["saga"]["id"])


def _bulk_hire(things: Things, ids: Ids) -> str:
    row = {
        "company_id": things.company,
        "first_name": "Mariam",
        "last_name": "Karim",
        "email": f"{uuid4().hex}@fuzz.example",
        "position": "Clerk",
        "hire_date": "2026-01-01",
    }
    return things.made("employee", "/employees/bulk", "job", employees=[row])


def _document(things: Things, ids: Ids) -> str:
    answer = things.manager.ask(
        "POST",
        "document",
        "/documents",
        data={"title": "fuzz", "tags": "a,b", "category": "Contracts"},
        files={"file": ("fuzz.pdf", PAPER + uuid4().bytes, "application/pdf")},
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["document"]["id"])


def _template(things: Things, ids: Ids) -> str:
    body = {"content_en": "Good morning", "content_ar": "صباح الخير", "type": "in_app"}
    answer = things.manager.ask(
        "POST", "notification", "/templates", json={"name": f"fuzz_{uuid4().hex[:8]}", **body}
    )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["template"]["id"])


def _notification(things: Things, ids: Ids) -> str:
    body = {"user_id": things.manager.id, "type": "in_app", "template_id": things.one("template_id", {})}
    answer = things.manager.ask("POST", "notification", "/notifications", json=body)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["notification"]["id"])


def _report(things: Things, ids: Ids) -> str:
    return things.made("analytics", "/reports", "report", kind="headcount", company_id=things.company)


def _person_request(things: Things, ids: Ids) -> str:
    # One for everybody: a company may ask for a few a day.
    return things.person_request


MAKERS: Mapping[str, Callable[[Things, Ids], str]] = {
    "user_id": _account,
    "membership_id": _membership,
    "session_id": _session,
    "role_id": _role,
    "company_id": _company,
    "department_id": _department,
    "license_id": _license,
    "employee_id": _employee,
    "relationship_id": _relationship,
    "leave_id": _of_employee("leaves", "leave", type="annual", **MONTH),
    "deduction_id": _of_employee(
        "deductions", "deduction", type="late", amount=5, effective_date="2026-01-01"
    ),
    "violation_id": _of_employee(
        "violations", "violation", type="attendance", date="2026-01-01", description="late"
    ),
    "review_id": _review,
    "request_id": _person_request,
    "saga_id": _saga,
    "job_id": _bulk_hire,
    "document_id": _document,
    "template_id": _template,
    "notification_id": _notification,
    "report_id": _report,
}
"""By the name of a path parameter."""
