"""One person's way through all six services: from the company's first day to the person's last."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.runtime.layout import SERVICES
from tests.e2e.house import House, Person
from tests.waiting import wait_until

COMPANY_ROLES = {"company_manager", "employee", "supervisor", "worker"}
NOW = datetime.now(UTC)
LEAVE = {
    "type": "annual",
    "start_date": f"{NOW + timedelta(days=14):%Y-%m-%d}",
    "end_date": f"{NOW + timedelta(days=20):%Y-%m-%d}",
    "reason": "A wedding",
}
LAST_DAY = {"termination_date": f"{NOW - timedelta(days=2):%Y-%m-%d}", "reason": "Moved"}
FIRST = b"%PDF-1.4\n% contract of employment\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SECOND = FIRST.replace(b"employment", b"employment, signed")


def counts(person: Person, company_id: str) -> dict[str, int]:
    """How many people each service that counts them has."""
    statistics = person.get("company", f"/companies/{company_id}/statistics")["statistics"]
    people = person.get("employee", "/statistics")["statistics"]
    figures = person.get("analytics", "/metrics/headcount")
    return {
        "company": statistics["total_employees"],
        "employee": people["active_employees"],
        "analytics": figures["headcount"],
    }


def everywhere(number: int) -> dict[str, int]:
    """The same number in each."""
    return dict.fromkeys(("company", "employee", "analytics"), number)


def welcomes(house: House, email: str, company: str) -> list[str]:
    """Subjects of the mails in which the company welcomes somebody."""
    return [str(mail["Subject"]) for mail in house.mailbox.to(email) if company in str(mail["Subject"])]


def upload(person: Person, path: str, content: bytes, **fields: str) -> dict[str, Any]:
    """The answer to an upload."""
    files = {"file": ("contract.pdf", content, "application/pdf")}
    answer = person.ask("POST", "document", path, data=fields, files=files)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    found: dict[str, Any] = answer.json()
    return found


def signed_address(person: Person, document_id: str) -> str:
    """An address that needs no session."""
    answer = person.ask("POST", "document", f"/documents/{document_id}/link", json={})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return str(answer.json()["link"]["url"])


@pytest.fixture(scope="module")
def company(house: House) -> dict[str, Any]:
    """A company that just registered."""
    answer = house.hr.ask("POST", "company", "/companies", json={"name": f"Flow Trading {uuid4().hex[:8]}"})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    found: dict[str, Any] = answer.json()["company"]
    return found


def test_from_the_companys_first_day_to_a_persons_last(house: House, company: dict[str, Any]) -> None:
    wait_until(lambda: house.roles_of(company["id"]) == COMPANY_ROLES, "the company has its roles")
    manager, member = house.new_members(company["id"], "company_manager", "worker")
    own = member.get("employee", "/employees/me")["employee"]
    wait_until(lambda: counts(manager, company["id"]) == everywhere(2), "every service counts two people")
    is_welcomed(house, member, company["name"])
    address = has_a_contract_that_only_the_company_sees(house, manager, own["id"])
    takes_leave(manager, member, own["id"])
    leaves(manager, own["id"])
    wait_until(lambda: member.refused_by() == list(SERVICES), "every service refuses the session")
    wait_until(lambda: counts(manager, company["id"]) == everywhere(1), "every service counts one person")
    refresh = httpx.post(
        f"{house.stack.url('auth')}/refresh", json={"refresh_token": member.refresh_token}, timeout=60
    )
    assert refresh.status_code == httpx.codes.UNAUTHORIZED
    assert len(welcomes(house, member.email, company["name"])) == 1
    assert httpx.get(address, timeout=60).content == SECOND
    house.wait_quiet()
    assert counts(manager, company["id"]) == everywhere(1)


def is_welcomed(house: House, member: Person, company: str) -> None:
    """By a mail that a mail server took, and by a notice in the application."""
    wait_until(lambda: welcomes(house, member.email, company), "the welcome is mailed")
    notices = member.get("notification", "/notifications", type="in_app")["notifications"]
    assert [notice["status"] for notice in notices if company in notice["title"]] == ["delivered"]
    mails = member.get("notification", "/notifications", type="email")["notifications"]
    assert {notice["status"] for notice in mails if company in notice["title"]} == {"sent"}


def has_a_contract_that_only_the_company_sees(house: House, manager: Person, employee_id: str) -> str:
    """Uploaded, versioned, downloaded by its signed address, refused to another company; returns that address."""
    fields = {"title": "عقد عمل", "document_type": "contract", "employee_id": employee_id}
    document = upload(manager, "/documents", FIRST, **fields)["document"]
    address = signed_address(manager, document["id"])
    assert httpx.get(address, timeout=60).content == FIRST
    path = f"/documents/{document['id']}"
    version = upload(manager, f"{path}/versions", SECOND, change_log="signed")["version"]
    assert version["version"] == 2
    newest = signed_address(manager, document["id"])
    assert (httpx.get(newest, timeout=60).content, httpx.get(address, timeout=60).content) == (SECOND, FIRST)
    assert manager.ask("GET", "document", f"{path}/download", params={"version": 1}).content == FIRST
    found = manager.get("document", "/search", q="عقد")["documents"]
    assert [each["id"] for each in found] == [document["id"]]
    stranger = house.new_member(house.new_company(), "company_manager")
    for refused in (path, f"{path}/download", f"{path}/versions"):
        assert stranger.ask("GET", "document", refused).status_code == httpx.codes.NOT_FOUND
    assert stranger.ask("POST", "document", f"{path}/link", json={}).status_code == httpx.codes.NOT_FOUND
    assert stranger.get("document", "/search", q="عقد")["documents"] == []
    return newest


def takes_leave(manager: Person, member: Person, employee_id: str) -> None:
    """Asked for, approved, told to the person, and counted."""
    asked = member.ask("POST", "employee", f"/employees/{employee_id}/leaves", json=LEAVE)
    assert asked.status_code == httpx.codes.CREATED, asked.text
    leave = asked.json()["leave"]
    own_decision = member.ask("POST", "employee", f"/leaves/{leave['id']}/approve", json={})
    assert own_decision.status_code == httpx.codes.FORBIDDEN
    waiting = manager.get("employee", "/leaves", status="pending")["leaves"]
    assert [each["id"] for each in waiting] == [leave["id"]]
    approved = manager.ask("POST", "employee", f"/leaves/{leave['id']}/approve", json={"reason": "Enjoy it"})
    assert approved.json()["leave"]["status"] == "approved", approved.text
    wait_until(lambda: told(manager, member, "leave_approved"), "the person is told")
    wait_until(lambda: told(manager, manager, "leave_requested"), "the manager was asked")
    days = leave["days"]
    period = {"from": LEAVE["start_date"], "to": LEAVE["end_date"]}
    wait_until(
        lambda: manager.get("analytics", "/metrics/leave", **period)["days"] == days, "the days are counted"
    )


def told(manager: Person, person: Person, template: str) -> bool:
    """Whether somebody has a notice in the application that is worded by this template."""
    [worded] = manager.get("notification", "/templates", name=template, type="in_app")["templates"]
    notices = person.get("notification", "/notifications", type="in_app")["notifications"]
    return worded["id"] in {notice["template_id"] for notice in notices}


def leaves(manager: Person, employee_id: str) -> None:
    """The employment ends."""
    answer = manager.ask("DELETE", "employee", f"/employees/{employee_id}", json=LAST_DAY)
    assert answer.status_code == httpx.codes.OK, answer.text
