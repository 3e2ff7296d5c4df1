"""Violations over HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.security.tenancy import company_scope
from employee_service.employees.models import Employee, Violation
from employee_service.employees.tests.factories import ViolationFactory
from employee_service.employees.tests.http import Sign, code, done, hired, told, untimed

pytestmark = pytest.mark.django_db
WANTED = {"type": "safety", "severity": "high", "date": "2026-11-01", "description": "بدون خوذة"}


def violated(employee: Employee, **fields: Any) -> Violation:
    with company_scope(employee.company_id):
        return ViolationFactory.create(company_id=employee.company_id, employee=employee, **fields)


def test_a_violation_is_recorded_seen_and_told_without_its_description(
    sign_in: Sign, company_id: UUID
) -> None:
    reporter, employee = uuid4(), hired(company_id)
    client, path = sign_in(user_id=reporter), f"/employees/{employee.id}/violations"
    violation = done(client.post(path, WANTED), 201)["violation"]
    assert WANTED.items() <= violation.items()
    assert violation["reported_by"] == str(reporter)
    [(name, payload)] = told()
    assert (name, payload["violation_type"], payload["severity"]) == ("violation.recorded", "safety", "high")
    assert "خوذة" not in str(payload)
    assert done(client.get(f"/violations/{violation['id']}"))["violation"] == violation
    [row] = done(client.get(path, {"severity": "high"}))["violations"]
    assert untimed(row) == untimed(violation)
    assert done(client.get(path, {"type": "conduct"}))["violations"] == []


def test_a_correction_changes_what_it_names(sign_in: Sign, company_id: UUID) -> None:
    violation = violated(hired(company_id))
    client, path = sign_in(), f"/violations/{violation.id}"
    changed = done(client.put(path, {"severity": "low"}))["violation"]
    assert (changed["severity"], changed["description"], changed["version"]) == ("low", "Two hours late", 2)
    assert done(client.put(path, {"severity": "low"}))["violation"]["version"] == 2


def test_a_supervisor_writes_about_reports_and_a_worker_reads_their_own(
    sign_in: Sign, company_id: UUID
) -> None:
    boss = hired(company_id)
    report, stranger = hired(company_id, manager_id=boss.id), hired(company_id)
    supervisor = sign_in("supervisor", user_id=boss.user_id)
    recorded = done(supervisor.post(f"/employees/{report.id}/violations", WANTED), 201)["violation"]
    assert code(supervisor.post(f"/employees/{stranger.id}/violations", WANTED)) == (404, "NOT_FOUND")
    assert code(supervisor.put(f"/violations/{violated(stranger).id}", {})) == (404, "NOT_FOUND")
    worker = sign_in("worker", user_id=report.user_id)
    assert done(worker.get(f"/violations/{recorded['id']}"))["violation"] == recorded
    assert code(worker.put(f"/violations/{recorded['id']}", {"severity": "low"})) == (403, "FORBIDDEN")
    assert code(worker.get(f"/employees/{stranger.id}/violations")) == (404, "NOT_FOUND")
    assert code(sign_in("employee").post(f"/employees/{report.id}/violations", WANTED)) == (403, "FORBIDDEN")


def test_nobody_writes_their_own(sign_in: Sign, company_id: UUID) -> None:
    myself = hired(company_id)
    client = sign_in("supervisor", user_id=myself.user_id)
    assert code(client.post(f"/employees/{myself.id}/violations", WANTED)) == (403, "OWN_RECORD")
    own = f"/violations/{violated(myself).id}"
    assert code(client.put(own, {"severity": "low"})) == (403, "OWN_RECORD")


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "crime"},
        {"severity": 3},
        {"date": "2999-01-01"},
        {"date": "yesterday"},
        {"description": ""},
        {"description": ["x"]},
        {"description": "x" * 2001},
        {"colour": "red"},
    ],
)
def test_bad_values_are_refused(sign_in: Sign, company_id: UUID, wrong: dict[str, Any]) -> None:
    employee = hired(company_id)
    client = sign_in()
    for answer in (
        client.post(f"/employees/{employee.id}/violations", {**WANTED, **wrong}),
        client.put(f"/violations/{violated(employee).id}", wrong),
    ):
        assert code(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"].keys() == wrong.keys()


def test_another_companys_violations_do_not_exist(sign_in: Sign) -> None:
    foreign = violated(hired(uuid4()))
    client = sign_in()
    for employee_id, violation_id in ((foreign.employee_id, foreign.id), (uuid4(), uuid4())):
        for answer in (
            client.get(f"/employees/{employee_id}/violations"),
            client.post(f"/employees/{employee_id}/violations", WANTED),
            client.get(f"/violations/{violation_id}"),
            client.put(f"/violations/{violation_id}", {"severity": "low"}),
        ):
            assert code(answer) == (404, "NOT_FOUND")
