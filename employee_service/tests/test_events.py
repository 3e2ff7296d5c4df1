"""What this service tells looks like the samples; what it hears of others has its effect."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from common.contracts.base import catalogue, from_wire, owner_of
from common.legacy.corrected_employees import employee_rows_tell
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.models import EventRecord
from common.reference.models import CompanyRef, DepartmentRef, UserRef
from common.sagas.models import SagaInstance
from common.sagas.registry import Finished
from common.security.tenancy import all_companies, company_scope
from common.testing.contracts import sample_envelope
from common.testing.samples import sample, sample_payload
from employee_service.employees.choices import DeductionType, LeaveType, ViolationType
from employee_service.employees.models import Deduction, Employee, Leave
from employee_service.employees.services.deductions import deduction_create, deduction_update
from employee_service.employees.services.employment import (
    employee_archive,
    employee_terminate,
    employee_update,
)
from employee_service.employees.services.hiring import employees_activate
from employee_service.employees.services.imports.deductions import DEDUCTIONS
from employee_service.employees.services.imports.leaves import LEAVES
from employee_service.employees.services.imports.records import records_import_remove
from employee_service.employees.services.imports.removal import employees_import_remove
from employee_service.employees.services.imports.violations import VIOLATIONS
from employee_service.employees.services.leaves import (
    leave_approve,
    leave_cancel,
    leave_reject,
    leave_request,
)
from employee_service.employees.services.reviews import review_update
from employee_service.employees.services.violations import violation_record
from employee_service.employees.tests.factories import (
    DeductionFactory,
    DepartmentRefFactory,
    EmployeeFactory,
    LeaveFactory,
    ReviewFactory,
    ViolationFactory,
    command,
)
from employee_service.sagas.create_employee import CreateEmployeeData

pytestmark = pytest.mark.django_db


def hire(company_id: UUID) -> None:
    pending = EmployeeFactory.create(company_id=company_id, pending=True)
    saga = SagaInstance(id=uuid4(), name="create_employee", version="1", company_id=company_id)
    data = CreateEmployeeData(employee=command(company_id, employee_id=pending.id))
    employees_activate([Finished(saga, data, {})])


def change(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    employee_update(employee_id=employee.id, changes={"position": "Senior accountant"})


def transfer(company_id: UUID) -> None:
    department = DepartmentRefFactory.create(company_id=company_id)
    employee = EmployeeFactory.create(company_id=company_id)
    employee_update(employee_id=employee.id, changes={"department_id": department.department_id})


def end(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    employee_terminate(employee_id=employee.id, last_day=date(2026, 11, 30), reason="resignation")


def archive(company_id: UUID) -> None:
    employee_archive(employee_id=EmployeeFactory.create(company_id=company_id, left=True).id)


def ask_for_leave(company_id: UUID) -> Leave:
    boss = EmployeeFactory.create(company_id=company_id)
    employee = EmployeeFactory.create(company_id=company_id, manager_id=boss.id)
    return leave_request(
        employee_id=employee.id,
        leave_type=LeaveType.ANNUAL,
        start_date=date(2026, 12, 6),
        end_date=date(2026, 12, 17),
        requested_by=employee.user_id,
    )


def grant(company_id: UUID) -> None:
    leave_approve(leave_id=ask_for_leave(company_id).id, decided_by=uuid4())


def refuse(company_id: UUID) -> None:
    leave_reject(leave_id=ask_for_leave(company_id).id, decided_by=uuid4(), reason="stocktaking")


def take_back(company_id: UUID) -> None:
    leave = ask_for_leave(company_id)
    leave_cancel(leave_id=leave.id, cancelled_by=leave.employee.user_id)


def hold_back(company_id: UUID) -> Deduction:
    return deduction_create(
        employee_id=EmployeeFactory.create(company_id=company_id).id,
        deduction_type=DeductionType.LATE,
        amount=Decimal("5.250"),
        effective_date=date(2026, 12, 1),
        recorded_by=uuid4(),
    )


def hold_back_more(company_id: UUID) -> None:
    deduction = hold_back(company_id)
    deduction_update(deduction_id=deduction.id, changes={"amount": Decimal(6)}, changed_by=uuid4())


def violate(company_id: UUID) -> None:
    violation_record(
        employee_id=EmployeeFactory.create(company_id=company_id).id,
        violation_type=ViolationType.CONDUCT,
        occurred_on=date(2026, 11, 1),
        description="Shouted",
        reported_by=uuid4(),
    )


def submit(company_id: UUID) -> None:
    employee, reviewer = EmployeeFactory.create_batch(2, company_id=company_id)
    draft = ReviewFactory.create(company_id=company_id, employee=employee, reviewer=reviewer)
    review_update(review_id=draft.id, changes={"status": "submitted"}, written_by=reviewer.user_id)


def take_away(company_id: UUID) -> None:
    employees_import_remove([EmployeeFactory.create(company_id=company_id).id])


def take_records_away(company_id: UUID) -> None:
    theirs: dict[str, Any] = {
        "company_id": company_id,
        "employee": EmployeeFactory.create(company_id=company_id),
    }
    records_import_remove(LEAVES, [LeaveFactory.create(**theirs).id])
    records_import_remove(DEDUCTIONS, [DeductionFactory.create(**theirs).id])
    records_import_remove(VIOLATIONS, [ViolationFactory.create(**theirs).id])


def correct_old_row(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    employee_rows_tell({employee.id: ("emp-7", {"id": "emp-7", "first_name": "محمد"})})


PUBLISHING: dict[str, Callable[[UUID], object]] = {
    "employee.hired": hire,
    "employee.updated": change,
    "employee.transferred": transfer,
    "employee.terminated": end,
    "employee.archived": archive,
    "employee.removed": take_away,
    "employee.row_corrected": correct_old_row,
    "leave.requested": ask_for_leave,
    "leave.approved": grant,
    "leave.rejected": refuse,
    "leave.cancelled": take_back,
    "leave.removed": take_records_away,
    "deduction.created": hold_back,
    "deduction.updated": hold_back_more,
    "deduction.removed": take_records_away,
    "violation.recorded": violate,
    "violation.removed": take_records_away,
    "review.submitted": submit,
}


def test_every_event_of_this_service_is_tried_here() -> None:
    assert PUBLISHING.keys() == {name for name in catalogue() if owner_of(name) == "employee"}


@pytest.mark.parametrize("name", PUBLISHING)
def test_what_is_published_looks_like_the_sample(company_id: UUID, name: str) -> None:
    with company_scope(company_id):
        PUBLISHING[name](company_id)
        record = EventRecord.objects.get(type=name)
    assert record.payload.keys() == sample_payload(name).keys()
    assert type(from_wire(catalogue()[name], record.payload)) is type(sample(name))
    assert (record.company_id, record.version > 0) == (company_id, True)


def tell(name: str) -> None:
    with all_companies("event consumer"):
        dispatch(registry, owner_of(name), [sample_envelope(name)])


def test_names_of_companies_departments_and_people_are_copied() -> None:
    for name in ("company.created", "department.created", "user.created"):
        tell(name)
    with all_companies("looking at everything"):
        assert CompanyRef.objects.get().name == sample_payload("company.created")["name"]
        assert DepartmentRef.objects.get().name == sample_payload("department.created")["name"]
        assert UserRef.objects.get().email == sample_payload("user.created")["email"]


@pytest.mark.parametrize("source", ["", "import"])
def test_employees_leave_a_department_that_is_deleted_and_it_is_said_by_whom(source: str) -> None:
    gone = {**sample_payload("department.deleted"), "source": source}
    company_id, department_id = UUID(str(gone["company_id"])), UUID(str(gone["department_id"]))
    with company_scope(company_id):
        member = EmployeeFactory.create(company_id=company_id, department_id=department_id)
    with all_companies("event consumer"):
        deleted = msgspec.structs.replace(sample_envelope("department.deleted"), payload=gone)
        dispatch(registry, "company", [deleted])
    with company_scope(company_id):
        assert Employee.objects.get(id=member.id).department_id is None
        assert set(EventRecord.objects.values_list("type", flat=True)) == {
            "employee.updated",
            "employee.transferred",
        }
        assert EventRecord.objects.get(type="employee.transferred").payload["source"] == source
