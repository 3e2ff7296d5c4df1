"""The declaration of the create-employee saga. Live sagas refer to its names and carry its data."""

import subprocess
import sys
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.contracts.auth import CreateUser
from common.contracts.base import from_wire, to_wire
from common.contracts.company import UpdateHeadcount
from common.contracts.employee import CreateEmployee
from common.sagas.registry import known
from employee_service.sagas.create_employee import CREATE_EMPLOYEE_SAGA, CreateEmployeeData

EMPLOYEE = CreateEmployee(
    employee_id=uuid4(),
    company_id=uuid4(),
    user_id=uuid4(),
    email="noura@example.com",
    first_name="نورة",
    last_name="السالم",
    position="Accountant",
    hire_date=date(2026, 11, 22),
    department_id=uuid4(),
    salary="650.500",
)
# What version 1 has written into saga rows; an employee's record must come out of it for as long as one may live.
WRITTEN: dict[str, Any] = {
    "employee": {
        "employee_id": "c1d2e3f4-a5b6-4c7d-8e9f-0a1b2c3d4e5f",
        "company_id": "5d9f0c52-6c8e-5a55-9a0e-0d7b9a0c1f11",
        "user_id": "0a4f7c1e-2b3d-4e5f-8a6b-7c8d9e0f1a2b",
        "email": "noura@example.com",
        "first_name": "Noura",
        "last_name": "Al-Salem",
        "position": "Accountant",
        "hire_date": "2026-11-22",
    }
}


def commands(data: CreateEmployeeData) -> list[Any]:
    return [step.command(data, {}) for step in CREATE_EMPLOYEE_SAGA.steps]


def test_its_steps_and_tasks_are_named_as_the_contracts_name_them() -> None:
    assert (CREATE_EMPLOYEE_SAGA.name, CREATE_EMPLOYEE_SAGA.version) == ("create_employee", "1")
    assert CREATE_EMPLOYEE_SAGA.deadline_seconds == 60
    assert [(s.name, s.participant, s.action, s.compensation) for s in CREATE_EMPLOYEE_SAGA.steps] == [
        ("create_user", "auth", "auth.create_user", "auth.rollback_user_creation"),
        ("create_employee", "employee", "employee.create_employee", "employee.rollback_employee_creation"),
        (
            "update_headcount",
            "company",
            "company.update_headcount",
            "company.rollback_company_headcount",
        ),
    ]


def test_every_command_is_about_the_same_person_whenever_it_is_made() -> None:
    data = CreateEmployeeData(employee=EMPLOYEE)
    user, employee, headcount = commands(data)
    assert isinstance(user, CreateUser)
    assert isinstance(headcount, UpdateHeadcount)
    assert employee == EMPLOYEE
    assert (user.user_id, user.company_id, user.existing_user_id) == (
        EMPLOYEE.user_id,
        EMPLOYEE.company_id,
        None,
    )
    assert (headcount.employee_id, headcount.department_id) == (EMPLOYEE.employee_id, EMPLOYEE.department_id)
    assert commands(data) == [user, employee, headcount]


def test_an_account_to_take_over_is_told_to_auth() -> None:
    data = CreateEmployeeData(employee=EMPLOYEE, existing_user_id=EMPLOYEE.user_id)
    assert commands(data)[0].existing_user_id == EMPLOYEE.user_id


def test_the_data_survives_the_database() -> None:
    data = CreateEmployeeData(employee=EMPLOYEE, existing_user_id=EMPLOYEE.user_id)
    assert from_wire(CreateEmployeeData, to_wire(data)) == data


def test_what_version_1_has_written_is_still_read() -> None:
    data = from_wire(CreateEmployeeData, WRITTEN)
    assert data.employee.employee_id == UUID(WRITTEN["employee"]["employee_id"])
    assert len(commands(data)) == 3


def test_this_service_drives_it() -> None:
    assert CREATE_EMPLOYEE_SAGA in known()


@pytest.mark.parametrize("module", ["django", "celery"])
def test_the_declaration_needs_neither_django_nor_celery(module: str) -> None:
    program = f"import sys, employee_service.sagas.create_employee; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
