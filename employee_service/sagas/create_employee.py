"""Hiring across three services: an account, an employee record, one more in the company's headcount.

Until the last step is done the account is inactive and the record pending, so nobody sees half an employee.
"""

from uuid import UUID

import msgspec

from common.contracts.auth import CREATE_USER, ROLLBACK_USER_CREATION, CreateUser
from common.contracts.company import ROLLBACK_COMPANY_HEADCOUNT, UPDATE_HEADCOUNT, UpdateHeadcount
from common.contracts.employee import CREATE_EMPLOYEE, ROLLBACK_EMPLOYEE_CREATION, CreateEmployee
from common.sagas.definition import Results, SagaDefinition, Step


class CreateEmployeeData(msgspec.Struct, frozen=True, kw_only=True):
    """The person to hire.

    The ids of the record and of the account are made before the saga starts, so that every retry means the
    same person. ``existing_user_id`` names an account to take instead of making one; it is then
    ``employee.user_id`` too.
    """

    employee: CreateEmployee
    existing_user_id: UUID | None = None


def _create_user(data: CreateEmployeeData, _results: Results) -> CreateUser:
    person = data.employee
    return CreateUser(
        user_id=person.user_id,
        company_id=person.company_id,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        existing_user_id=data.existing_user_id,
    )


def _create_employee(data: CreateEmployeeData, _results: Results) -> CreateEmployee:
    return data.employee


def _update_headcount(data: CreateEmployeeData, _results: Results) -> UpdateHeadcount:
    person = data.employee
    return UpdateHeadcount(
        company_id=person.company_id, employee_id=person.employee_id, department_id=person.department_id
    )


def _subject(data: CreateEmployeeData) -> str:
    person = data.employee
    name = person.full_name_ar or person.full_name_en or f"{person.first_name} {person.last_name}"
    # No brackets: among Arabic letters they would stand the wrong way round.
    return f"{name} · {person.email}"


CREATE_EMPLOYEE_SAGA = SagaDefinition(
    name="create_employee",
    version="1",
    data=CreateEmployeeData,
    deadline_seconds=60,
    subject=_subject,
    steps=(
        Step(
            name="create_user",
            participant="auth",
            action=CREATE_USER,
            compensation=ROLLBACK_USER_CREATION,
            command=_create_user,
        ),
        Step(
            name="create_employee",
            participant="employee",
            action=CREATE_EMPLOYEE,
            compensation=ROLLBACK_EMPLOYEE_CREATION,
            command=_create_employee,
        ),
        Step(
            name="update_headcount",
            participant="company",
            action=UPDATE_HEADCOUNT,
            compensation=ROLLBACK_COMPANY_HEADCOUNT,
            command=_update_headcount,
        ),
    ),
)
