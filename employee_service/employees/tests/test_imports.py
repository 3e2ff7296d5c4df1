"""Employees brought in from the old system."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from employee_service.employees.choices import EmploymentStatus, Lifecycle
from employee_service.employees.models import Employee, EmployeeProfile, EmploymentEvent
from employee_service.employees.selectors.lists import employees_found
from employee_service.employees.services.imports.employees import employees_import
from employee_service.employees.services.imports.values import ImportedEmployee, ImportedProfile
from employee_service.employees.tests.events import published
from employee_service.employees.tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_scope(db: None) -> Iterator[None]:
    with all_companies("an import serves every company"):
        yield


def row(company_id: UUID, **fields: Any) -> ImportedEmployee:
    return ImportedEmployee(
        **{
            "id": uuid4(),
            "old_id": uuid4().hex,
            "company_id": company_id,
            "user_id": uuid4(),
            "first_name": "محمد",
            **fields,
        }
    )


def test_an_employee_without_address_and_hire_date_is_brought_in_and_told_of(company_id: UUID) -> None:
    old = row(
        company_id,
        full_name_ar="محمد أحمد إبراهيم",
        salary=Decimal("2500"),
        created_at=datetime(2025, 8, 12, tzinfo=UTC),
        profile=ImportedProfile(skills=("خياطة",), old_values={"license_id": "lic-1"}),
    )
    assert employees_import([old]) == {}
    employee = Employee.objects.get(id=old.id)
    assert (employee.lifecycle, employee.hire_date, employee.email) == (Lifecycle.CURRENT, None, "")
    assert (employee.old_id, employee.created_at) == (old.old_id, old.created_at)
    assert list(employees_found(Employee.objects.all(), "ابراهيم")) == [employee]
    assert EmployeeProfile.objects.get(employee=employee).old_values == {"license_id": "lic-1"}
    [(name, payload)] = published()
    assert (name, payload["source"], payload["status"]) == ("employee.hired", "import", "active")


def test_whoever_is_here_already_is_refused_and_stays_as_they_are(company_id: UUID) -> None:
    rows = [row(company_id), row(company_id)]
    employees_import(rows)
    assert {error.code for error in employees_import(rows).values()} == {"CONFLICT"}
    assert Employee.objects.count() == EventRecord.objects.count() == 2


def test_what_is_taken_is_refused_and_the_others_come_in(company_id: UUID) -> None:
    there = EmployeeFactory.create(company_id=company_id, email="taken@example.com")
    rows = [
        row(company_id, email="taken@example.com"),
        row(company_id, user_id=there.user_id),
        row(company_id, email="twice@example.com"),
        row(company_id, email="twice@example.com", profile=ImportedProfile(notes="not kept")),
        row(uuid4(), email="taken@example.com"),
    ]
    refused = employees_import(rows)
    assert {key: error.code for key, error in refused.items()} == {
        rows[place].id: "EMPLOYEE_EXISTS" for place in (0, 1, 3)
    }
    assert Employee.objects.count() == 3
    assert not EmployeeProfile.objects.exists()
    assert [payload["employee_id"] for _name, payload in published()] == [str(rows[n].id) for n in (2, 4)]


def test_numbers_that_were_given_by_hand_are_stepped_over(company_id: UUID) -> None:
    employees_import([row(company_id)])
    [first] = Employee.objects.values_list("number", flat=True)
    taken = [f"E{int(first[1:]) + step:06d}" for step in range(1, 8)]
    for number in taken:
        EmployeeFactory.create(company_id=company_id, number=number)
    assert employees_import([row(company_id), row(company_id)]) == {}
    assert Employee.objects.count() == 10


def test_somebody_who_left_comes_in_as_such(company_id: UUID) -> None:
    left = {"employment_status": EmploymentStatus.TERMINATED, "email": "again@example.com"}
    rows = [
        row(company_id, **left, archived=True),
        row(company_id, **left),
        row(company_id, email="again@example.com"),
    ]
    assert employees_import(rows) == {}
    former = Employee.objects.filter(lifecycle=Lifecycle.ENDED)
    assert sorted(former.values_list("archived", flat=True)) == [False, True]
    assert [payload["status"] for _name, payload in published()] == ["terminated", "terminated", "active"]


def test_the_record_of_an_employment_begins_with_the_hire(company_id: UUID) -> None:
    known = row(company_id, hire_date=date(2020, 2, 1), position="محاسب")
    employees_import([known, row(company_id)])
    entry = EmploymentEvent.objects.get()
    assert (entry.employee_id, entry.kind, entry.new_value) == (known.id, "hired", "محاسب")
    assert entry.effective_date == date(2020, 2, 1)


def test_a_thousand_rows_cost_a_handful_of_queries() -> None:
    companies = [uuid4() for _ in range(20)]
    rows = [row(companies[n % 20], email=f"n{n}@example.com", profile=ImportedProfile()) for n in range(1000)]
    with CaptureQueriesContext(connection) as queries:
        assert employees_import(rows) == {}
    assert len(queries) <= 16
