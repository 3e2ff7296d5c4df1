"""Hiring over HTTP, with the saga under it and the two other services played by the test."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as service_settings
from django.utils.translation import gettext_lazy as _
from rest_framework.test import APIClient

from common.contracts.auth import CREATE_USER, ROLLBACK_USER_CREATION
from common.contracts.company import UPDATE_HEADCOUNT
from common.errors import ConflictError
from common.messaging.models import EventRecord
from common.sagas.models import SagaInstance, SagaState
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.api import hiring
from employee_service.employees.models import Employee
from employee_service.employees.services.hiring import employees_hire_many
from employee_service.employees.tests.factories import EmployeeFactory, command
from employee_service.sagas.create_employee import CreateEmployeeData
from employee_service.tests.neighbours import Neighbours

ASYNC = {"Prefer": "respond-async"}
Settings = Any


class NoSeatsError(ConflictError):
    code = "SEAT_LIMIT_REACHED"
    default_message = _("The company has no free seat.")


def rows() -> list[Employee]:
    with all_companies("looking at everything"):
        return list(Employee.with_pending.all())


def sagas() -> list[SagaInstance]:
    with all_companies("looking at everything"):
        return list(SagaInstance.objects.all())


def test_a_hire_is_answered_with_the_employee(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any], company_id: UUID
) -> None:
    with neighbours.at_work():
        answer = manager.post("/employees", wanted)
    assert answer.status_code == 201, answer.content
    body = answer.json()["employee"]
    assert (body["email"], body["salary"], body["company_id"]) == (
        "noura@example.com",
        650.5,
        str(company_id),
    )
    assert answer.headers["Location"] == f"/employees/{body['id']}"
    assert manager.get(answer.headers["Location"]).json()["employee"] == body
    assert neighbours.asked == [CREATE_USER, UPDATE_HEADCOUNT]
    assert neighbours.commands[CREATE_USER]["user_id"] == body["user_id"]
    assert neighbours.commands[UPDATE_HEADCOUNT]["employee_id"] == body["id"]
    with all_companies("looking at everything"):
        assert EventRecord.objects.get().type == "employee.hired"


def test_an_existing_account_and_a_number_are_taken_over(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any]
) -> None:
    user_id = str(uuid4())
    with neighbours.at_work():
        answer = manager.post("/employees", {**wanted, "user_id": user_id, "employee_id": "HR-1"})
    assert answer.status_code == 201, answer.content
    body = answer.json()["employee"]
    assert (body["user_id"], body["employee_id"]) == (user_id, "HR-1")
    assert neighbours.commands[CREATE_USER]["existing_user_id"] == user_id


@pytest.mark.parametrize("task", [CREATE_USER, UPDATE_HEADCOUNT])
def test_a_refusal_of_another_service_is_the_answer_and_nothing_is_left(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any], task: str
) -> None:
    neighbours.refusals[task] = NoSeatsError(details={"seat_limit": 3})
    with neighbours.at_work():
        answer = manager.post("/employees", wanted)
    assert answer.status_code == 409
    assert answer.json()["error"] == {
        "code": "SEAT_LIMIT_REACHED",
        "message": "The company has no free seat.",
        "details": {"seat_limit": 3},
    }
    assert rows() == []
    assert sagas()[0].state == SagaState.COMPENSATED
    undone = [CREATE_USER, UPDATE_HEADCOUNT, ROLLBACK_USER_CREATION]
    assert neighbours.asked == (undone if task == UPDATE_HEADCOUNT else [CREATE_USER])
    with all_companies("looking at everything"):
        assert not EventRecord.objects.exists()


def test_a_refusal_of_this_service_undoes_the_account(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any], company_id: UUID
) -> None:
    with company_scope(company_id):
        EmployeeFactory.create(company_id=company_id, email="noura@example.com")
    with neighbours.at_work():
        answer = manager.post("/employees", wanted)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "EMPLOYEE_EXISTS")
    assert neighbours.asked == [CREATE_USER, ROLLBACK_USER_CREATION]
    assert len(rows()) == 1


def test_a_client_that_asks_for_it_gets_the_saga_at_once(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any]
) -> None:
    answer = manager.post("/employees", wanted, headers=ASYNC)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    saga = answer.json()["saga"]
    assert (saga["state"], answer.headers["Location"]) == ("running", f"/sagas/{saga['id']}")
    neighbours.work()
    page = manager.get(answer.headers["Location"]).json()["saga"]
    assert (page["state"], page["employee_id"]) == ("completed", saga["employee_id"])
    assert [(step["name"], step["direction"], step["status"]) for step in page["steps"]] == [
        ("create_user", "do", "done"),
        ("create_employee", "do", "done"),
        ("update_headcount", "do", "done"),
    ]
    assert "salary" not in str(page)
    assert manager.get(f"/employees/{page['employee_id']}").status_code == 200


def test_a_saga_that_takes_longer_is_answered_with_its_address(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any], settings: Settings
) -> None:
    settings.HIRE_WAIT_SECONDS = 0.1
    answer = manager.post("/employees", wanted)
    assert answer.status_code == 202
    assert manager.get("/employees").json()["employees"] == []
    neighbours.work()
    assert manager.get(answer.headers["Location"]).json()["saga"]["state"] == "completed"


def test_a_request_beyond_the_limit_of_waiting_ones_is_answered_at_once(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any]
) -> None:
    slots = [hiring.waiting_slots.acquire(blocking=False) for _ in range(service_settings.HIRE_WAITERS)]
    try:
        assert all(slots)
        answer = manager.post("/employees", wanted)
    finally:
        hiring.waiting_slots.release(len(slots))
    assert answer.status_code == 202


def test_waiting_requests_do_not_hold_up_others(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any], settings: Settings
) -> None:
    answers: list[int] = []

    def post(number: int) -> None:
        body = {**wanted, "email": f"p{number}@example.com"}
        answers.append(manager.post("/employees", body).status_code)

    threads = [threading.Thread(target=post, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    # Nobody works on the sagas yet, so all eight wait; the list is answered meanwhile.
    assert manager.get("/employees").status_code == 200
    with neighbours.at_work():
        for thread in threads:
            thread.join()
    assert answers == [201] * 8


def test_a_repeat_under_the_same_key_gets_the_first_ones_outcome(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any]
) -> None:
    key = {"Idempotency-Key": "hire-1"}
    first = manager.post("/employees", wanted, headers={**key, "Prefer": "respond-async"})
    assert first.status_code == 202
    with neighbours.at_work():
        second = manager.post("/employees", wanted, headers=key)
    third = manager.post("/employees", wanted, headers=key)
    assert (second.status_code, third.status_code) == (201, 201)
    assert second.json() == third.json()
    assert third.headers["Idempotency-Replayed"] == "true"
    assert len(sagas()) == len(rows()) == 1
    other = manager.post("/employees", {**wanted, "position": "Boss"}, headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")


def test_a_super_administrator_names_the_company(
    neighbours: Neighbours,
    api: Callable[[str], APIClient],
    person_token: Callable[..., str],
    wanted: dict[str, Any],
    company_id: UUID,
) -> None:
    client = api(person_token(role="super_admin", company_id=None))
    missing = client.post("/employees", wanted)
    assert (missing.status_code, list(missing.json()["error"]["details"])) == (422, ["company_id"])
    with neighbours.at_work():
        answer = client.post("/employees", {**wanted, "company_id": str(company_id)})
    assert answer.status_code == 201, answer.content
    assert answer.json()["employee"]["company_id"] == str(company_id)


def test_nobody_else_hires_into_another_company(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any]
) -> None:
    answer = manager.post("/employees", {**wanted, "company_id": str(uuid4())})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert sagas() == []


def test_a_saga_of_another_company_does_not_exist(
    neighbours: Neighbours,
    api: Callable[[str], APIClient],
    person_token: Callable[..., str],
    manager: APIClient,
    wanted: dict[str, Any],
) -> None:
    address = manager.post("/employees", wanted, headers=ASYNC).headers["Location"]
    stranger = api(person_token(role="company_manager", company_id=uuid4()))
    foreign, unknown = stranger.get(address), stranger.get(f"/sagas/{uuid4()}")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["error"] == unknown.json()["error"]
    worker = api(person_token(role="worker", company_id=uuid4()))
    assert worker.get(address).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"first_name": None},
        {"email": "nobody"},
        {"hire_date": "2029-01-01"},
        {"salary": "much"},
        {"user_id": "me"},
        {"colour": "red"},
        {"employment_status": "active"},
    ],
)
def test_bad_values_start_nothing(
    neighbours: Neighbours, manager: APIClient, wanted: dict[str, Any], change: dict[str, Any]
) -> None:
    answer = manager.post("/employees", {**wanted, **change})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == list(change)
    assert sagas() == []


def test_many_hires_start_in_one_transaction_and_all_end(neighbours: Neighbours, company_id: UUID) -> None:
    people = [CreateEmployeeData(employee=command(company_id)) for _ in range(60)]
    with company_scope(company_id):
        assert len(set(employees_hire_many(people, actor_id=None))) == 60
    neighbours.work()
    assert {saga.state for saga in sagas()} == {SagaState.COMPLETED}
    with company_scope(company_id):
        assert Employee.objects.count() == 60
