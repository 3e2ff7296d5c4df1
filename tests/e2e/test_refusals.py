"""A hire that a rule forbids is answered with the rule and leaves nothing in any of three databases."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.e2e.house import House, Person, new_person


def taken_email(house: House) -> dict[str, Any]:
    company_id = house.new_company()
    employee = house.hr.hire(company_id).json()["employee"]
    return new_person(company_id, email=employee["email"].upper())


def inactive_company(house: House) -> dict[str, Any]:
    company_id = house.new_company()
    assert house.hr.ask("DELETE", "company", f"/companies/{company_id}").status_code == httpx.codes.OK
    return new_person(company_id)


def no_free_seat(house: House) -> dict[str, Any]:
    company_id = house.new_company(seat_limit=1)
    assert house.hr.hire(company_id).status_code == httpx.codes.CREATED
    return new_person(company_id)


def unknown_department(house: House) -> dict[str, Any]:
    return new_person(house.new_company(), department_id=str(uuid4()))


def another_companys_department(house: House) -> dict[str, Any]:
    address = f"/companies/{house.new_company()}/departments"
    answer = house.hr.ask("POST", "company", address, json={"name": "Accounts"})
    return new_person(house.new_company(), department_id=answer.json()["department"]["id"])


def traces(house: House, saga_id: UUID, person: dict[str, Any]) -> dict[str, int]:
    """How many rows tell of the hire, by database, beside the saga's own records and the events."""
    employee, user = UUID(person["employee_id"]), UUID(person["user_id"])
    looks: dict[str, tuple[str, list[UUID]]] = {
        "auth": (
            "SELECT id FROM users WHERE id = %s UNION SELECT id FROM user_roles WHERE user_id = %s",
            [user, user],
        ),
        "employee": (
            "SELECT id FROM employees WHERE id = %s"
            " UNION SELECT employee_id FROM employee_search_terms WHERE employee_id = %s"
            " UNION SELECT id FROM relationships WHERE employee_id = %s",
            [employee, employee, employee],
        ),
        "company": (
            "SELECT saga_id FROM headcount_ledger WHERE saga_id = %s GROUP BY 1 HAVING sum(delta) <> 0",
            [saga_id],
        ),
    }
    return {name: len(house.databases.rows(name, *look)) for name, look in looks.items()}


def balance(house: House, company_id: str) -> list[int]:
    """The company's people as the three databases count them."""
    queries = {
        "auth": "SELECT count(*) FROM user_roles WHERE company_id = %s",
        "employee": "SELECT count(*) FROM employees WHERE company_id = %s",
        "company": "SELECT coalesce(sum(delta), 0) FROM headcount_ledger WHERE company_id = %s",
    }
    return [int(house.databases.value(name, query, [UUID(company_id)])) for name, query in queries.items()]


@pytest.mark.parametrize(
    ("forbidden", "status", "code"),
    [
        (taken_email, 409, "EMAIL_TAKEN"),
        (inactive_company, 409, "COMPANY_INACTIVE"),
        (no_free_seat, 409, "SEAT_LIMIT_REACHED"),
        (unknown_department, 422, "UNKNOWN_DEPARTMENT"),
        (another_companys_department, 422, "UNKNOWN_DEPARTMENT"),
    ],
)
def test_a_forbidden_hire_is_answered_with_the_rule_and_leaves_nothing(
    house: House, hr: Person, forbidden: Callable[[House], dict[str, Any]], status: int, code: str
) -> None:
    body = forbidden(house)
    before = balance(house, body["company_id"])
    key = {"Idempotency-Key": str(uuid4())}
    answer = hr.ask("POST", "employee", "/employees", json=body, headers=key)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    query = "SELECT id, data->'employee', state FROM sagas WHERE company_id = %s ORDER BY created_at DESC"
    saga_id, person, state = house.databases.rows("employee", query, [body["company_id"]])[0]
    assert (state, person["email"].lower()) == ("compensated", body["email"].lower())
    house.wait_quiet()
    assert traces(house, saga_id, person) == {"auth": 0, "employee": 0, "company": 0}
    assert balance(house, body["company_id"]) == before
    again = hr.ask("POST", "employee", "/employees", json=body, headers=key)
    assert (again.status_code, again.json()["error"]) == (status, answer.json()["error"])
