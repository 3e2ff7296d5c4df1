"""The lists of the employee service cost the same at any size."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.utils import timezone

from common.testing.lists import FEW, Asking, ListRules, More
from employee_service.employees.choices import HistoryKind, RelationshipKind
from employee_service.employees.models import BulkHire, BulkHireRow, EmploymentEvent, Relationship
from employee_service.employees.tests.factories import (
    DeductionFactory,
    EmployeeFactory,
    LeaveFactory,
    ReviewFactory,
    ViolationFactory,
)
from employee_service.person_requests.choices import RequestKind
from employee_service.person_requests.models import PersonRequest

FIRST_DAY = date(2020, 1, 1)


def employees(asking: Asking) -> More:
    return lambda count: EmployeeFactory.create_batch(count, company_id=asking.company_id)


def of_an_employee(factory: Any, **fields: Any) -> Callable[[Asking], More]:
    def maker(asking: Asking) -> More:
        employee = inside_an_employee(asking)
        shared = {"company_id": asking.company_id, "employee": employee, **fields}
        return lambda count: factory.create_batch(count, **shared)

    return maker


def leaves(asking: Asking) -> More:
    """Each after the one before: they must not overlap."""
    employee = inside_an_employee(asking)
    begin = iter(FIRST_DAY + timedelta(days=20 * number) for number in range(1_000))
    return lambda count: [
        LeaveFactory.create(company_id=asking.company_id, employee=employee, start_date=next(begin))
        for _ in range(count)
    ]


def all_leaves(asking: Asking) -> More:
    def more(count: int) -> None:
        for employee in EmployeeFactory.create_batch(count, company_id=asking.company_id):
            LeaveFactory.create(company_id=asking.company_id, employee=employee)

    return more


def reviews(asking: Asking) -> More:
    employee = inside_an_employee(asking)

    def more(count: int) -> None:
        for reviewer in EmployeeFactory.create_batch(count, company_id=asking.company_id):
            ReviewFactory.create(company_id=asking.company_id, employee=employee, reviewer=reviewer)

    return more


def relationships(asking: Asking) -> More:
    employee = inside_an_employee(asking)

    def more(count: int) -> None:
        Relationship.objects.bulk_create(
            Relationship(
                company_id=asking.company_id,
                employee=employee,
                related_employee=other,
                kind=RelationshipKind.MENTOR,
                start_date=FIRST_DAY,
            )
            for other in EmployeeFactory.create_batch(count, company_id=asking.company_id)
        )

    return more


def history(asking: Asking) -> More:
    employee = inside_an_employee(asking)

    def more(count: int) -> None:
        EmploymentEvent.objects.bulk_create(
            EmploymentEvent(
                company_id=asking.company_id,
                employee=employee,
                kind=HistoryKind.TRANSFERRED,
                effective_date=FIRST_DAY + timedelta(days=number),
                old_value=str(uuid4()),
                new_value=str(uuid4()),
            )
            for number in range(count)
        )

    return more


def reports(asking: Asking) -> More:
    manager = inside_an_employee(asking)
    return lambda count: EmployeeFactory.create_batch(count, company_id=asking.company_id, manager=manager)


def bulk_hires(asking: Asking) -> More:
    return lambda count: [bulk_hire(asking) for _ in range(count)]


def bulk_hire_rows(asking: Asking) -> More:
    job = bulk_hire(asking)
    asking.path = {"job_id": job.pk}

    def more(count: int) -> None:
        first = job.rows.count()
        BulkHireRow.objects.bulk_create(row_of(job, first + number) for number in range(count))

    return more


def bulk_hire(asking: Asking) -> BulkHire:
    job = BulkHire.objects.create(
        company_id=asking.company_id,
        actor_id=asking.user_id,
        on_error=BulkHire.OnError.CONTINUE,
        total=FEW,
        refused=0,
        due_at=timezone.now(),
    )
    row_of(job, 0).save()
    return job


def row_of(job: BulkHire, number: int) -> BulkHireRow:
    return BulkHireRow(
        company_id=job.company_id, job=job, number=number + 1, email=f"{number}@example.com", saga_id=uuid4()
    )


def person_requests(asking: Asking) -> More:
    def more(count: int) -> None:
        people = EmployeeFactory.create_batch(count, company_id=asking.company_id)
        PersonRequest.objects.bulk_create(
            PersonRequest(
                company_id=asking.company_id,
                employee=person,
                user_id=person.user_id,
                kind=RequestKind.EXPORT,
                reason="asked for",
                requested_by=asking.user_id,
            )
            for person in people
        )

    return more


def inside_an_employee(asking: Asking) -> Any:
    employee = EmployeeFactory.create(company_id=asking.company_id)
    asking.path = {"employee_id": employee.pk}
    return employee


class TestLists(ListRules):
    makers: ClassVar = {
        "employees": employees,
        "bulk_hires": bulk_hires,
        "bulk_hire_rows": bulk_hire_rows,
        "employee_relationships": relationships,
        "employee_history": history,
        "employee_reports": reports,
        "employee_leaves": leaves,
        "leaves": all_leaves,
        "employee_deductions": of_an_employee(DeductionFactory),
        "employee_violations": of_an_employee(ViolationFactory),
        "employee_reviews": reviews,
        "person_requests": person_requests,
    }
