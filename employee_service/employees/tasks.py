"""Background work: this service's step of the create-employee saga, and the bulk hires that beat advances."""

from collections.abc import Sequence

from celery import shared_task

from common.contracts.employee import CREATE_EMPLOYEE, ROLLBACK_EMPLOYEE_CREATION, CreateEmployee
from common.sagas.outcomes import Call, Outcome
from common.sagas.participant import compensates, participates
from employee_service.employees.services.bulk import bulk_hires_advance
from employee_service.employees.services.hiring import employees_create, employees_creation_rollback


@participates(CREATE_EMPLOYEE, command=CreateEmployee)
def create_employee(calls: Sequence[Call[CreateEmployee]]) -> list[Outcome]:
    """Make pending employee records, or refuse them."""
    return employees_create(calls)


@compensates(ROLLBACK_EMPLOYEE_CREATION, of=CREATE_EMPLOYEE, command=CreateEmployee)
def rollback_employee_creation(calls: Sequence[Call[CreateEmployee]]) -> list[Outcome]:
    """Remove the pending records again."""
    return employees_creation_rollback(calls)


@shared_task(name="employee.advance_bulk_hires")
def advance_bulk_hires() -> None:
    """Start waiting rows of bulk hires, and close those that have ended."""
    bulk_hires_advance()
