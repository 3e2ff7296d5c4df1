"""Changes to an employment, up to its end."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import DataError, IntegrityError, transaction

from common.errors import ValidationError
from common.messaging.models import EventRecord
from common.security.tenancy import company_scope
from employee_service.employees.choices import EmploymentStatus, Lifecycle
from employee_service.employees.exceptions import (
    EmployeeExistsError,
    EmployeeNotFoundError,
    EmploymentEndedError,
    StillEmployedError,
    UnknownDepartmentError,
)
from employee_service.employees.models import Employee
from employee_service.employees.selectors.lists import employees_found
from employee_service.employees.services.employment import (
    department_forget,
    employee_archive,
    employee_terminate,
    employee_update,
)
from employee_service.employees.tests.events import published, types
from employee_service.employees.tests.factories import DepartmentRefFactory, EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_scope(db: None, company_id: UUID) -> Iterator[None]:
    with company_scope(company_id):
        yield


def test_a_change_raises_the_version_and_is_told_with_the_names_of_the_fields(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    changed = employee_update(
        employee_id=employee.id, changes={"position": "Cashier", "salary": Decimal("300.500")}
    )
    assert (changed.position, changed.version) == ("Cashier", employee.version + 1)
    [(name, payload)] = published()
    assert (name, payload["changed"], payload["position"]) == (
        "employee.updated",
        ["position", "salary"],
        "Cashier",
    )
    assert "salary" not in payload
    assert EventRecord.objects.get().version == changed.version


def test_writing_what_is_there_already_changes_nothing(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id, position="Cashier")
    same = employee_update(employee_id=employee.id, changes={"position": "Cashier"})
    assert same.version == employee.version
    assert published() == []


def test_a_renamed_employee_is_found_by_the_new_name_only(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id, first_name="Mariam", last_name="Ali")
    employee_update(employee_id=employee.id, changes={"first_name": "Noor", "full_name_ar": "نور علي الصباح"})
    everyone = Employee.objects.all()
    assert list(employees_found(everyone, "الصَّباح")) == [employee]
    assert list(employees_found(everyone, "noor al")) == [employee]
    assert not employees_found(everyone, "mariam").exists()


def test_an_address_of_a_colleague_is_refused_and_nothing_is_told(company_id: UUID) -> None:
    EmployeeFactory.create(company_id=company_id, email="colleague@example.com")
    employee = EmployeeFactory.create(company_id=company_id)
    with pytest.raises(EmployeeExistsError):
        employee_update(employee_id=employee.id, changes={"email": "colleague@example.com"})
    assert published() == []


def test_a_transfer_is_told_as_such(company_id: UUID) -> None:
    before, after = DepartmentRefFactory.create_batch(2, company_id=company_id)
    employee = EmployeeFactory.create(company_id=company_id, department_id=before.department_id)
    employee_update(employee_id=employee.id, changes={"department_id": after.department_id})
    assert types() == ["employee.updated", "employee.transferred"]
    _name, payload = published()[1]
    assert payload["from_department_id"] == str(before.department_id)
    assert payload["to_department_id"] == str(after.department_id)


@pytest.mark.parametrize("state", ["unknown", "foreign", "inactive"])
def test_a_transfer_goes_to_an_active_department_of_the_company(company_id: UUID, state: str) -> None:
    elsewhere = uuid4()
    with company_scope(elsewhere):
        foreign = DepartmentRefFactory.create(company_id=elsewhere)
    departments = {
        "unknown": uuid4(),
        "foreign": foreign.department_id,
        "inactive": DepartmentRefFactory.create(company_id=company_id, is_active=False).department_id,
    }
    employee = EmployeeFactory.create(company_id=company_id)
    with pytest.raises(UnknownDepartmentError):
        employee_update(employee_id=employee.id, changes={"department_id": departments[state]})


@pytest.mark.parametrize(
    ("status", "is_active", "expected"),
    [
        (EmploymentStatus.ACTIVE, False, EmploymentStatus.INACTIVE),
        (EmploymentStatus.INACTIVE, True, EmploymentStatus.ACTIVE),
        (EmploymentStatus.ON_LEAVE, True, EmploymentStatus.ON_LEAVE),
        (EmploymentStatus.INACTIVE, False, EmploymentStatus.INACTIVE),
    ],
)
def test_is_active_stands_for_a_status(
    company_id: UUID, status: EmploymentStatus, is_active: bool, expected: EmploymentStatus
) -> None:
    employee = EmployeeFactory.create(company_id=company_id, employment_status=status)
    changed = employee_update(employee_id=employee.id, changes={"is_active": is_active})
    assert changed.employment_status == expected


def test_a_status_that_contradicts_is_active_is_refused(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    with pytest.raises(ValidationError):
        employee_update(
            employee_id=employee.id,
            changes={"is_active": True, "employment_status": EmploymentStatus.INACTIVE},
        )


def test_an_employment_is_not_ended_by_changing_its_status(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    with pytest.raises(ValidationError):
        employee_update(employee_id=employee.id, changes={"employment_status": EmploymentStatus.TERMINATED})


def test_a_pending_hire_and_a_foreign_employee_cannot_be_changed(company_id: UUID) -> None:
    pending = EmployeeFactory.create(company_id=company_id, pending=True)
    elsewhere = uuid4()
    with company_scope(elsewhere):
        foreign = EmployeeFactory.create(company_id=elsewhere)
    for employee in (pending, foreign):
        with pytest.raises(EmployeeNotFoundError):
            employee_update(employee_id=employee.id, changes={"position": "Boss"})


def test_termination_keeps_the_record_and_tells_of_the_last_day(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id)
    ended = employee_terminate(
        employee_id=employee.id,
        last_day=date(2026, 11, 30),
        reason="resignation",
        exit_interview_conducted=True,
    )
    assert (ended.lifecycle, ended.employment_status) == (Lifecycle.ENDED, EmploymentStatus.TERMINATED)
    assert (ended.version, ended.exit_interview_conducted) == (employee.version + 1, True)
    [(name, payload)] = published()
    assert (name, payload["last_day"], payload["user_id"]) == (
        "employee.terminated",
        "2026-11-30",
        str(employee.user_id),
    )


def test_an_employment_ends_once(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id, left=True)
    with pytest.raises(EmploymentEndedError):
        employee_terminate(employee_id=employee.id, last_day=date(2026, 1, 1))
    assert published() == []


def test_the_last_day_is_not_before_the_hire(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id, hire_date=date(2026, 5, 1))
    with pytest.raises(ValidationError, match="before the hire date"):
        employee_terminate(employee_id=employee.id, last_day=date(2026, 4, 30))


def test_a_former_employee_is_corrected_but_not_brought_back(company_id: UUID) -> None:
    employee = EmployeeFactory.create(company_id=company_id, left=True)
    assert employee_update(employee_id=employee.id, changes={"phone": "55550000"}).phone == "55550000"
    for changes in ({"employment_status": EmploymentStatus.ACTIVE}, {"is_active": True}):
        with pytest.raises(EmploymentEndedError):
            employee_update(employee_id=employee.id, changes=changes)


def test_only_a_former_employee_is_archived_and_only_once(company_id: UUID) -> None:
    with pytest.raises(StillEmployedError):
        employee_archive(employee_id=EmployeeFactory.create(company_id=company_id).id)
    former = EmployeeFactory.create(company_id=company_id, left=True)
    employee_archive(employee_id=former.id)
    assert employee_archive(employee_id=former.id).archived
    assert types() == ["employee.archived"]


def test_employees_of_a_deleted_department_are_without_one(company_id: UUID) -> None:
    department_id = uuid4()
    member = EmployeeFactory.create(company_id=company_id, department_id=department_id)
    other = EmployeeFactory.create(company_id=company_id, department_id=uuid4())
    assert department_forget(company_id=company_id, department_id=department_id) == 1
    member.refresh_from_db()
    other.refresh_from_db()
    assert (member.department_id, member.version) == (None, 2)
    assert (other.department_id is None, other.version) == (False, 1)
    assert types() == ["employee.updated", "employee.transferred"]


def test_a_salary_is_never_negative_nor_too_big_though_the_database_cannot_read_it(company_id: UUID) -> None:
    for salary in (Decimal("-0.001"), Decimal("1000000000")):
        with pytest.raises(DataError), transaction.atomic():
            EmployeeFactory.create(company_id=company_id, salary=salary)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"hire_date": None}, "only_an_imported_employee_lacks_a_hire_date"),
        ({"employment_status": EmploymentStatus.TERMINATED}, "whoever_left_is_terminated_and_nobody_else"),
        ({"archived": True}, "only_former_employees_are_archived"),
        ({"left": True, "termination_date": None}, "whoever_left_has_a_last_day"),
        ({"left": True, "termination_date": date(2000, 1, 1)}, "the_last_day_is_not_before_the_first"),
        ({"manager_id": uuid4()}, "a_manager_works_in_the_same_company"),
    ],
)
def test_the_database_refuses_what_no_record_may_be(
    company_id: UUID, fields: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        EmployeeFactory.create(company_id=company_id, **fields)
