"""The list on which HR fills in dates of expiry that nobody knows."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.messaging.models import EventRecord
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in
from employee_service.employees.models import Employee
from employee_service.employees.tests.factories import EmployeeFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/employees/missingexpiry/"
KNOWN = {
    "civil_id_expiry": date(2030, 1, 1),
    "passport_expiry": date(2030, 2, 1),
    "residence_expiry": date(2030, 3, 1),
}


@pytest.fixture
def manager(client: Client, company_id: UUID) -> Client:
    sign_in(client, role="company_manager", company_id=company_id)
    return client


def hired(company_id: UUID, **fields: Any) -> Employee:
    with company_scope(company_id):
        return EmployeeFactory.create(company_id=company_id, **fields)


def listed(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200
    return [employee.first_name for employee in answer.context["cl"].result_list]


def filled_in(employees: list[Employee], **dates: str) -> dict[str, str]:
    """The form of the list as a browser sends it, with dates for the first of the employees."""
    form = {
        "form-TOTAL_FORMS": str(len(employees)),
        "form-INITIAL_FORMS": str(len(employees)),
        "_save": "Save",
    }
    for number, employee in enumerate(employees):
        form[f"form-{number}-id"] = str(employee.pk)
        for name in KNOWN:
            form[f"form-{number}-{name}"] = dates.get(name, "") if number == 0 else ""
    return form


def test_who_lacks_a_date_is_listed_and_nobody_else(manager: Client, company_id: UUID) -> None:
    hired(company_id, first_name="Complete", **KNOWN)
    hired(company_id, first_name="Lacking", **KNOWN | {"passport_expiry": None})
    hired(company_id, first_name="Gone", left=True)
    hired(company_id, first_name="Pending", pending=True)
    hired(uuid4(), first_name="Foreign")
    assert listed(manager) == ["Lacking"]


def test_a_citizen_needs_no_residence_permit(manager: Client, company_id: UUID) -> None:
    lacking = KNOWN | {"residence_expiry": None}
    hired(company_id, first_name="Citizen", employee_type="citizen", **lacking)
    hired(company_id, first_name="Expatriate", employee_type="expatriate", **lacking)
    assert listed(manager) == ["Expatriate"]


def test_the_list_is_narrowed_by_paper_and_says_how_many_lack_each(manager: Client, company_id: UUID) -> None:
    hired(company_id, first_name="Passport", **KNOWN | {"passport_expiry": None})
    hired(company_id, first_name="Both", **KNOWN | {"passport_expiry": None, "civil_id_expiry": None})
    assert listed(manager, "paper=civil_id") == ["Both"]
    assert listed(manager, "paper=passport") == ["Passport", "Both"]
    assert listed(manager, "paper=residence") == []
    page = manager.get(LIST).content.decode()
    for count in ("civil ID (1)", "passport (2)", "residence permit (0)"):
        assert count in page


def test_the_list_is_narrowed_to_papers_whose_number_is_known(manager: Client, company_id: UUID) -> None:
    hired(company_id, first_name="Known", passport_number="P123", **KNOWN | {"passport_expiry": None})
    hired(company_id, first_name="Unknown", **KNOWN | {"passport_expiry": None})
    hired(company_id, first_name="Other", civil_id="2850", **KNOWN | {"passport_expiry": None})
    assert listed(manager, "number_known=yes") == ["Known"]
    assert listed(manager, "number_known=no") == ["Unknown", "Other"]


def test_a_date_typed_into_the_list_is_kept_and_told(manager: Client, company_id: UUID) -> None:
    one, other = hired(company_id, first_name="One"), hired(company_id, first_name="Other")
    manager.post(LIST, filled_in([one, other], **{name: str(day) for name, day in KNOWN.items()}))
    with all_companies("test"):
        one, other = Employee.objects.get(id=one.id), Employee.objects.get(id=other.id)
        (event,) = EventRecord.objects.filter(type="employee.updated")
    assert {name: getattr(one, name) for name in KNOWN} == KNOWN
    assert other.passport_expiry is None
    assert sorted(event.payload["changed"]) == sorted(KNOWN)
    assert listed(manager) == ["Other"]


def test_a_date_that_is_none_is_refused_in_its_place(manager: Client, company_id: UUID) -> None:
    one = hired(company_id)
    answer = manager.post(LIST, filled_in([one], passport_expiry="2030-02-31"))
    assert "Enter a valid date." in answer.content.decode()
    with all_companies("test"):
        assert Employee.objects.get(id=one.id).passport_expiry is None


def test_another_companys_employee_is_not_changed(manager: Client, company_id: UUID) -> None:
    foreign = hired(uuid4())
    manager.post(LIST, filled_in([foreign], passport_expiry="2030-02-01"))
    with all_companies("test"):
        assert Employee.objects.get(id=foreign.id).passport_expiry is None


@pytest.mark.parametrize("role", ["supervisor", "worker"])
def test_papers_are_hidden_from_whoever_may_not_see_them(client: Client, company_id: UUID, role: str) -> None:
    hired(company_id)
    sign_in(client, role=role, company_id=company_id)
    assert client.get(LIST).status_code == 403


def test_the_group_sees_every_companys_people_and_narrows_by_company(client: Client) -> None:
    one = hired(uuid4(), first_name="One")
    hired(uuid4(), first_name="Other")
    with all_companies("test"):
        CompanyRef.objects.create(company_id=one.company_id, name="Blue Nile")
    sign_in(client, role="super_admin")
    assert sorted(listed(client)) == ["One", "Other"]
    assert listed(client, f"company={one.company_id}") == ["One"]
    assert "Blue Nile" in client.get(LIST).content.decode()


def test_the_list_costs_the_same_number_of_queries_for_any_number_of_people(
    manager: Client, company_id: UUID
) -> None:
    hired(company_id)
    listed(manager)
    with CaptureQueriesContext(
        connection,
    ) as few:
        listed(manager)
    for _number in range(10):
        hired(company_id)
    with CaptureQueriesContext(connection) as many:
        listed(manager)
    assert len(many) == len(few)


def test_a_reader_of_arabic_gets_the_list_in_arabic(manager: Client, company_id: UUID) -> None:
    hired(company_id)
    manager.cookies["django_language"] = "ar"
    page = manager.get(LIST).content.decode()
    assert 'dir="rtl"' in page
