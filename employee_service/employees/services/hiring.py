"""Hiring: starting the saga, and this service's own step of it.

A record is pending from the step to the saga's completion; only then is it current, counted and told of.
"""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID, uuid4

from django.db.models import F
from django.utils import timezone

from common.contracts.employee import CreateEmployee, EmployeeHired
from common.errors import DomainError
from common.messaging.services import Publication, publish_many
from common.sagas.models import SagaInstance
from common.sagas.outcomes import Call, Outcome
from common.sagas.registry import Finished
from common.sagas.services import Start, saga_start, saga_start_many
from employee_service.employees.choices import EmploymentStatus, Lifecycle
from employee_service.employees.exceptions import (
    EmployeeExistsError,
    EmployeeNumberTakenError,
    UnknownManagerError,
)
from employee_service.employees.models import Employee, SearchTerm
from employee_service.employees.selectors.uniqueness import Claim, Taken, taken_among
from employee_service.employees.services.history import history_add_hires
from employee_service.employees.services.numbers import numbers_allocate
from employee_service.employees.services.pay import pay_agreed, pay_forget, pay_set_aside
from employee_service.employees.services.relationships import manager_lines_open
from employee_service.employees.services.search_terms import search_terms_add
from employee_service.sagas.create_employee import CREATE_EMPLOYEE_SAGA, CreateEmployeeData


def employee_hire(data: CreateEmployeeData, *, actor_id: UUID | None) -> SagaInstance:
    """Start hiring a person, in the caller's transaction; the saga does the rest."""
    [data] = pay_set_aside([data])
    return saga_start(
        CREATE_EMPLOYEE_SAGA, data, saga_id=uuid4(), company_id=data.employee.company_id, actor_id=actor_id
    )


def employees_hire_many(people: Sequence[CreateEmployeeData], *, actor_id: UUID | None) -> list[UUID]:
    """Start hiring many people with a few statements, in the caller's transaction; the sagas' ids."""
    ids = [uuid4() for _ in people]
    starts = zip(ids, pay_set_aside(people), strict=True)
    saga_start_many(
        CREATE_EMPLOYEE_SAGA,
        [Start(saga_id, data.employee.company_id, data) for saga_id, data in starts],
        actor_id=actor_id,
    )
    return ids


def employees_create(calls: Sequence[Call[CreateEmployee]]) -> list[Outcome]:
    """The saga's step for calls of one company: pending records, or the refusal of each that cannot be.

    Refused are an address, account or number that the company's present staff (or a hire under way) has, and
    a manager who does not work there. Of two equal calls the first wins.
    """
    commands = [call.command for call in calls]
    numbers = _numbers(commands)
    claims = [
        Claim(c.company_id, number, c.email, c.user_id) for c, number in zip(commands, numbers, strict=True)
    ]
    taken = taken_among(claims)
    managers = _present({c.manager_id for c in commands if c.manager_id})
    pay = pay_agreed(commands)
    employees: list[Employee] = []
    outcomes: list[Outcome] = []
    for command, claim in zip(commands, claims, strict=True):
        refusal = _refusal(command, claim, taken, managers)
        if refusal is not None:
            outcomes.append(Outcome.refused(refusal))
            continue
        taken.take(claim)
        employees.append(_pending(command, claim.number, pay.get(command.employee_id)))
        outcomes.append(Outcome.done({"employee_number": claim.number}))
    Employee.with_pending.bulk_create(employees)
    search_terms_add(employees)
    manager_lines_open(employees)
    return outcomes


def _numbers(commands: Sequence[CreateEmployee]) -> list[str]:
    free = iter(numbers_allocate([c.company_id for c in commands if not c.number]))
    return [c.number or next(free) for c in commands]


def _present(ids: set[UUID]) -> set[tuple[UUID, UUID]]:
    """The (company, employee) pairs of those among ``ids`` who work now."""
    if not ids:
        return set()
    current = Employee.objects.filter(id__in=ids, lifecycle=Lifecycle.CURRENT)
    return set(current.values_list("company_id", "id"))


def _refusal(
    command: CreateEmployee, claim: Claim, taken: Taken, managers: set[tuple[UUID, UUID]]
) -> DomainError | None:
    if taken.has_person(claim):
        return EmployeeExistsError(details={"email": command.email})
    if taken.has_number(claim):
        return EmployeeNumberTakenError(details={"employee_id": claim.number})
    if command.manager_id and (command.company_id, command.manager_id) not in managers:
        return UnknownManagerError(details={"manager_id": str(command.manager_id)})
    return None


def _pending(command: CreateEmployee, number: str, salary: Decimal | None) -> Employee:
    now = timezone.now()
    return Employee(
        id=command.employee_id,
        number=number,
        company_id=command.company_id,
        user_id=command.user_id,
        department_id=command.department_id,
        manager_id=command.manager_id,
        first_name=command.first_name,
        last_name=command.last_name,
        full_name_ar=command.full_name_ar,
        full_name_en=command.full_name_en,
        email=command.email,
        phone=command.phone,
        position=command.position,
        hire_date=command.hire_date,
        salary=salary,
        employment_status=EmploymentStatus.ACTIVE,
        employment_type=command.employment_type,
        employee_type=command.employee_type,
        nationality=command.nationality,
        lifecycle=Lifecycle.PENDING,
        # Not by the database's default: without it, Django sends many rows as a few arrays.
        created_at=now,
        updated_at=now,
    )


def employees_creation_rollback(calls: Sequence[Call[CreateEmployee]]) -> list[Outcome]:
    """Undo the saga's step: the pending records go, with their search terms and lines.

    Raises RuntimeError for a record that is pending no more: a completed hire is ended by terminating it.
    """
    ids = [call.command.employee_id for call in calls]
    companies = {call.command.company_id for call in calls}
    if Employee.objects.filter(id__in=ids).exists():
        raise RuntimeError("A completed hire cannot be undone; terminate the employment instead.")
    Employee.with_pending.filter(id__in=ids).delete()
    SearchTerm.objects.filter(company_id__in=companies, employee__in=ids).delete()
    return [Outcome.done() for _ in calls]


def employees_activate(finished: Sequence[Finished]) -> None:
    """Complete the hires of finished sagas: pending records become current, and the world is told.

    Raises RuntimeError when a record is not there, so that its saga waits for an operator.
    """
    sagas = {saga.data.employee.employee_id: saga.instance for saga in finished}
    hired = list(Employee.with_pending.filter(id__in=sagas).select_for_update().order_by("id"))
    if len(hired) != len(sagas):
        missing = sorted(str(key) for key in sagas.keys() - {employee.id for employee in hired})
        raise RuntimeError(f"There is no record of the employees {', '.join(missing)}.")
    pending = [employee for employee in hired if employee.lifecycle == Lifecycle.PENDING]
    Employee.with_pending.filter(id__in=[employee.id for employee in pending]).update(
        lifecycle=Lifecycle.CURRENT, version=F("version") + 1, updated_at=timezone.now()
    )
    pay_forget([employee.id for employee in pending])
    history_add_hires(pending, {employee.id: sagas[employee.id].actor_id for employee in pending})
    publish_many(
        Publication(
            employee_hired(employee, source="saga"),
            employee.id,
            employee.company_id,
            employee.version + 1,
            sagas[employee.id].id,
        )
        for employee in pending
    )


def employee_hired(employee: Employee, *, source: str) -> EmployeeHired:
    """The event that tells of an employee's hire."""
    return EmployeeHired(
        employee_id=employee.id,
        employee_number=employee.number,
        company_id=employee.company_id,
        user_id=employee.user_id,
        first_name=employee.first_name,
        last_name=employee.last_name,
        full_name_ar=employee.full_name_ar,
        full_name_en=employee.full_name_en,
        department_id=employee.department_id,
        position=employee.position,
        hire_date=employee.hire_date,
        status=employee.employment_status,
        source=source,
        nationality=employee.nationality,
    )
