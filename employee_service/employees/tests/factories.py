"""Makes rows for tests; a scope must be open."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import factory
from django.utils import timezone

from common.contracts.employee import CreateEmployee
from common.reference.models import DepartmentRef
from common.sagas.outcomes import Call
from employee_service.employees.choices import (
    DeductionType,
    EmploymentStatus,
    LeaveStatus,
    LeaveType,
    Lifecycle,
    ViolationType,
)
from employee_service.employees.models import (
    Deduction,
    Employee,
    Leave,
    PerformanceReview,
    Violation,
)
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


class LeaveFactory(factory.django.DjangoModelFactory[Leave]):
    """Two weeks that somebody asks for; with another status, decided just now."""

    class Meta:
        model = Leave

    leave_type = LeaveType.ANNUAL
    status = LeaveStatus.PENDING
    start_date = date(2026, 12, 6)
    end_date = factory.LazyAttribute(lambda leave: leave.start_date + timedelta(days=11))
    days = 10
    decided_at = factory.LazyAttribute(
        lambda leave: None if leave.status == LeaveStatus.PENDING else timezone.now()
    )


class DeductionFactory(factory.django.DjangoModelFactory[Deduction]):
    """An instalment of a loan."""

    class Meta:
        model = Deduction

    deduction_type = DeductionType.LOAN
    amount = Decimal("25.500")
    effective_date = date(2026, 12, 1)


class ViolationFactory(factory.django.DjangoModelFactory[Violation]):
    """Somebody came late."""

    class Meta:
        model = Violation

    violation_type = ViolationType.ATTENDANCE
    occurred_on = date(2026, 11, 1)
    description = "Two hours late"


class ReviewFactory(factory.django.DjangoModelFactory[PerformanceReview]):
    """A draft about last year."""

    class Meta:
        model = PerformanceReview

    review_period_start = date(2025, 1, 1)
    review_period_end = date(2025, 12, 31)
    review_date = date(2026, 1, 15)
    overall_rating = Decimal("4.25")


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
