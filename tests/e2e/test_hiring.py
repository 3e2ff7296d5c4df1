"""From signing in to the first employee, and to the last day."""

from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.house import House, Person, new_person
from tests.waiting import wait_until

COMPANY_ROLES = {"company_manager", "employee", "supervisor", "worker"}


def headcount(hr: Person, company_id: str) -> int:
    statistics = hr.get("company", f"/companies/{company_id}/statistics")["statistics"]
    return int(statistics["total_employees"])


def counted_by_analytics(hr: Person, company_id: str) -> int:
    return int(hr.get("analytics", "/metrics/headcount", company_id=company_id)["headcount"])


def events_about(hr: Person, aggregate_id: str, kind: str) -> list[dict[str, Any]]:
    query = {"type": kind, "aggregate_id": aggregate_id}
    events: list[dict[str, Any]] = hr.get("analytics", "/events", **query)["events"]
    return events


def test_from_signing_in_to_an_employee_on_every_screen(house: House, hr: Person) -> None:
    company_id = house.new_company()
    wait_until(lambda: house.roles_of(company_id) == COMPANY_ROLES, "the company has its roles")
    answer = hr.hire(company_id, salary=750.5)
    assert answer.status_code == httpx.codes.CREATED, answer.text
    employee = answer.json()["employee"]
    assert (employee["company_id"], employee["salary"]) == (company_id, 750.5)
    assert hr.get("employee", answer.headers["Location"])["employee"] == employee
    listed = hr.get("employee", "/employees", company_id=company_id)["employees"]
    assert [each["id"] for each in listed] == [employee["id"]]
    assert headcount(hr, company_id) == 1
    numbers = hr.get("employee", "/statistics", company_id=company_id)["statistics"]
    assert (numbers["total_employees"], numbers["active_employees"]) == (1, 1)
    wait_until(lambda: events_about(hr, employee["id"], "employee.hired"), "analytics knows the hire")
    wait_until(lambda: counted_by_analytics(hr, company_id) == 1, "analytics counts one")
    hired = events_about(hr, employee["id"], "employee.hired")
    assert [event["payload"]["company_id"] for event in hired] == [company_id]


def test_a_repeated_request_is_answered_alike_and_another_under_its_key_refused(
    house: House, hr: Person, second_hr: Person
) -> None:
    company_id, key = house.new_company(), {"Idempotency-Key": str(uuid4())}
    body = new_person(company_id)
    first, again = (hr.ask("POST", "employee", "/employees", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    other = hr.ask("POST", "employee", "/employees", json={**body, "position": "Director"}, headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    independent = second_hr.hire(company_id, headers=key)
    assert independent.status_code == httpx.codes.CREATED, independent.text
    assert independent.json()["employee"]["id"] != first.json()["employee"]["id"]
    assert headcount(hr, company_id) == 2


def test_a_client_that_does_not_wait_follows_its_hire_by_the_sagas_address(house: House, hr: Person) -> None:
    answer = hr.hire(house.new_company(), headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    address = answer.headers["Location"]
    assert address == f"/sagas/{answer.json()['saga']['id']}"
    wait_until(lambda: hr.get("employee", address)["saga"]["state"] == "completed", "the saga completes")
    saga = hr.get("employee", address)["saga"]
    # A busy machine may have a step sent twice; its history says so.
    done = [step["name"] for step in saga["steps"] if step["status"] == "done"]
    assert done == ["create_user", "create_employee", "update_headcount"], saga["steps"]
    assert hr.get("employee", f"/employees/{saga['employee_id']}")["employee"]["is_active"]


def test_the_last_day_ends_counting_and_access(house: House, hr: Person) -> None:
    company_id = house.new_company()
    member = house.new_member(company_id)
    own = member.get("employee", "/employees/me")["employee"]
    assert headcount(hr, company_id) == 1
    answer = hr.ask("DELETE", "employee", f"/employees/{own['id']}", json={"termination_date": "2026-01-31"})
    assert answer.status_code == httpx.codes.OK, answer.text
    wait_until(lambda: headcount(hr, company_id) == 0, "the headcount goes down")
    wait_until(lambda: counted_by_analytics(hr, company_id) == 0, "analytics counts nobody")
    wait_until(lambda: len(member.refused_by()) == 6, "every service refuses the session")
    refresh = member.ask("POST", "auth", "/refresh", json={"refresh_token": member.refresh_token})
    assert refresh.status_code == httpx.codes.UNAUTHORIZED
