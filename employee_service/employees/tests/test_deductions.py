"""Deductions over HTTP: who sees pay, who writes it, and what is refused."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.security.tenancy import company_scope
from employee_service.employees.choices import DeductionStatus
from employee_service.employees.models import Deduction, Employee
from employee_service.employees.tests.factories import DeductionFactory
from employee_service.employees.tests.http import Sign, code, done, hired, told, untimed

pytestmark = pytest.mark.django_db
WANTED = {
    "type": "absence",
    "amount": 12.345,
    "effective_date": "2026-12-01",
    "description": "One day\nwithout a word",
}


def deducted(employee: Employee, **fields: Any) -> Deduction:
    with company_scope(employee.company_id):
        return DeductionFactory.create(company_id=employee.company_id, employee=employee, **fields)


def test_a_deduction_is_recorded_seen_and_told(sign_in: Sign, company_id: UUID) -> None:
    manager, employee = uuid4(), hired(company_id)
    client, path = sign_in(user_id=manager), f"/employees/{employee.id}/deductions"
    deduction = done(client.post(path, WANTED), 201)["deduction"]
    assert WANTED.items() <= deduction.items()
    assert (deduction["status"], deduction["recorded_by"]) == ("active", str(manager))
    [(name, payload)] = told()
    assert (name, payload["amount"], payload["user_id"]) == (
        "deduction.created",
        "12.345",
        str(employee.user_id),
    )
    assert done(client.get(f"/deductions/{deduction['id']}"))["deduction"] == deduction
    [row] = done(client.get(path))["deductions"]
    assert untimed(row) == untimed(deduction)


def test_a_change_is_told_and_no_change_is_not(sign_in: Sign, company_id: UUID) -> None:
    deduction = deducted(hired(company_id))
    client, path = sign_in(), f"/deductions/{deduction.id}"
    assert done(client.put(path, {"amount": 25.5}))["deduction"]["version"] == 1
    assert told() == []
    changed = done(client.put(path, {"amount": 30, "status": "completed"}))["deduction"]
    assert (changed["amount"], changed["status"], changed["version"]) == (30.0, "completed", 2)
    [(name, payload)] = told()
    assert (name, payload["amount"], payload["status"]) == ("deduction.updated", "30.000", "completed")


@pytest.mark.parametrize("status", [DeductionStatus.COMPLETED, DeductionStatus.CANCELLED])
def test_what_is_closed_stays_as_it_is(sign_in: Sign, company_id: UUID, status: DeductionStatus) -> None:
    deduction = deducted(hired(company_id), status=status)
    client, path = sign_in(), f"/deductions/{deduction.id}"
    for change in ({"amount": 1}, {"status": "active"}):
        assert code(client.put(path, change)) == (409, "DEDUCTION_CLOSED")
    assert done(client.put(path, {"status": status}))["deduction"]["status"] == status


def test_a_person_sees_their_own_and_no_colleagues(sign_in: Sign, company_id: UUID) -> None:
    worker, colleague = hired(company_id), hired(company_id)
    own, other = deducted(worker), deducted(colleague)
    client = sign_in("worker", user_id=worker.user_id)
    rows = done(client.get(f"/employees/{worker.id}/deductions"))["deductions"]
    assert [row["id"] for row in rows] == [str(own.id)]
    assert done(client.get(f"/deductions/{own.id}"))["deduction"]["amount"] == 25.5
    assert code(client.get(f"/employees/{colleague.id}/deductions")) == (404, "NOT_FOUND")
    assert code(client.get(f"/deductions/{other.id}")) == (404, "NOT_FOUND")


def test_a_supervisor_does_not_see_the_pay_of_reports(sign_in: Sign, company_id: UUID) -> None:
    boss = hired(company_id)
    report = hired(company_id, manager_id=boss.id)
    deduction = deducted(report)
    client = sign_in("supervisor", user_id=boss.user_id)
    assert code(client.get(f"/employees/{report.id}/deductions")) == (403, "FORBIDDEN")
    assert code(client.get(f"/deductions/{deduction.id}")) == (404, "NOT_FOUND")


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_writing_needs_the_right_to_edit_pay(sign_in: Sign, company_id: UUID, role: str) -> None:
    employee = hired(company_id)
    client = sign_in(role, user_id=employee.user_id)
    assert code(client.post(f"/employees/{employee.id}/deductions", WANTED)) == (403, "FORBIDDEN")
    assert code(client.put(f"/deductions/{deducted(employee).id}", {"amount": 1})) == (403, "FORBIDDEN")


def test_nobody_writes_their_own(sign_in: Sign, company_id: UUID) -> None:
    myself = hired(company_id)
    client = sign_in(user_id=myself.user_id)
    assert code(client.post(f"/employees/{myself.id}/deductions", WANTED)) == (403, "OWN_RECORD")
    own = f"/deductions/{deducted(myself).id}"
    assert code(client.put(own, {"status": "cancelled"})) == (403, "OWN_RECORD")


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"amount": -1},
        {"amount": "12"},
        {"amount": 1.2345},
        {"amount": 1e12},
        {"amount": True},
        {"amount": None},
        {"type": "fine"},
        {"effective_date": "31/12/2026"},
        {"effective_date": "9999-12-31"},
        {"description": "x" * 2001},
        {"status": "completed"},
        {"employee_id": str(uuid4())},
    ],
)
def test_bad_values_are_refused(sign_in: Sign, company_id: UUID, wrong: dict[str, Any]) -> None:
    employee = hired(company_id)
    client = sign_in()
    answer = client.post(f"/employees/{employee.id}/deductions", {**WANTED, **wrong})
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert answer.json()["error"]["details"].keys() == wrong.keys()
    if "status" not in wrong:
        assert code(client.put(f"/deductions/{deducted(employee).id}", wrong)) == (422, "VALIDATION_ERROR")
    assert told() == []


def test_another_companys_deductions_do_not_exist(sign_in: Sign) -> None:
    foreign = deducted(hired(uuid4()))
    client = sign_in()
    for employee_id, deduction_id in ((foreign.employee_id, foreign.id), (uuid4(), uuid4())):
        for answer in (
            client.get(f"/employees/{employee_id}/deductions"),
            client.post(f"/employees/{employee_id}/deductions", WANTED),
            client.get(f"/deductions/{deduction_id}"),
            client.put(f"/deductions/{deduction_id}", {"amount": 1}),
        ):
            assert code(answer) == (404, "NOT_FOUND")


def test_filters_narrow_the_list(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id)
    loan = deducted(employee)
    late = deducted(
        employee, deduction_type="late", status=DeductionStatus.COMPLETED, amount=Decimal("0.001")
    )
    client, path = sign_in(), f"/employees/{employee.id}/deductions"
    for query, expected in [({"type": "loan"}, loan), ({"status": "completed"}, late)]:
        assert [row["id"] for row in done(client.get(path, query))["deductions"]] == [str(expected.id)]
    assert code(client.get(path, {"type": "fine"})) == (422, "VALIDATION_ERROR")
