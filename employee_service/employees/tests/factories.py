"""Makes rows for tests; a scope must be open."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import factory

from common.contracts.employee import CreateEmployee
from common.reference.models import DepartmentRef
from common.sagas.outcomes import Call
from employee_service.employees.choices import EmploymentStatus, Lifecycle
from employee_service.employees.models import Employee
from employee_service.employees.services.search_terms import search_terms_add


class EmployeeFactory(factory.django.DjangoModelFactory[Employee]):
    """An employee who works now."""

    class Meta:
        model = Employee

    id = factory.LazyFunction(uuid4)
    number = factory.Sequence(lambda n: f"T{n:05d}")
    user_id = factory.LazyFunction(uuid4)
    first_name = "Noura"
    last_name = "Al-Salem"
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    position = "Accountant"
    hire_date = date(2024, 3, 1)
    lifecycle = Lifecycle.CURRENT

    class Params:
        left = factory.Trait(
            lifecycle=Lifecycle.ENDED,
            employment_status=EmploymentStatus.TERMINATED,
            termination_date=date(2025, 1, 31),
        )
        pending = factory.Trait(lifecycle=Lifecycle.PENDING)

    @classmethod
    def _create(cls, model_class: type[Employee], *args: Any, **kwargs: Any) -> Employee:
        employee = Employee.with_pending.create(**kwargs)
        search_terms_add([employee])
        return employee


class DepartmentRefFactory(factory.django.DjangoModelFactory[DepartmentRef]):
    """The local copy of a department."""

    class Meta:
        model = DepartmentRef

    department_id = factory.LazyFunction(uuid4)
    name = "Sales"
    name_ar = "المبيعات"


def command(company_id: UUID, **fields: Any) -> CreateEmployee:
    """What the saga sends to make a record."""
    person = uuid4()
    return CreateEmployee(
        **{
            "employee_id": person,
            "user_id": uuid4(),
            "company_id": company_id,
            "email": f"{person.hex}@example.com",
            "first_name": "Khalid",
            "last_name": "Al-Mutairi",
            "position": "Driver",
            "hire_date": date(2026, 11, 1),
            **fields,
        }
    )


def call(wanted: CreateEmployee) -> Call[CreateEmployee]:
    """The command as the participant gets it."""
    return Call(saga_id=uuid4(), step="create_employee", company_id=wanted.company_id, command=wanted)
