"""Old rows that people correct, and companies that are handed over, in the companies' admin."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

import common.legacy.consumers  # noqa: F401
from common.contracts.employee import EmployeeRowCorrected
from common.legacy.corrected_employees import employee_row_take
from common.legacy.ids import department_id, employee_user_id, new_id
from common.legacy.models import HandedOverCompany, ImportedRow, QuarantinedRow
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, employee, write_legacy_file
from common.testing.legacy_runs import import_legacy
from common.testing.staff import sign_in
from company_service.companies.models import Company, Department

pytestmark = pytest.mark.django_db

COMPANY, OTHER = new_id("companies", "company-1"), new_id("companies", "company-2")
HANDED_OVER = "/admin/legacy/handedovercompany/"


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., None]:
    """Import a file with these tables into the service."""

    def run(**tables: list[dict[str, Any]]) -> None:
        import_legacy(write_legacy_file(tmp_path / "old.db", **tables), tmp_path / "reports")

    return run


@pytest.fixture
def group(client: Client) -> Client:
    """A browser of the group's own staff."""
    sign_in(client, role="super_admin")
    return client


def test_a_company_without_a_name_gets_one_and_comes_over(
    group: Client, imported: Callable[..., None]
) -> None:
    imported(companies=[company(1), company(2, name=None)])
    with all_companies("test"):
        row = QuarantinedRow.objects.get()
    page = f"/admin/legacy/quarantinedrow/{row.pk}/change/"
    form = group.get(page).context["form"]
    assert [field.name for field, _about in form.wrong()] == ["name"]
    group.post(page, {"id": "company-2", "name": "Delta", "is_active": "1", "_import": "x"})
    with all_companies("test"):
        assert Company.objects.get(id=OTHER).name == "Delta"
        assert EventRecord.objects.filter(type="company.created", aggregate_id=OTHER).exists()
        row.refresh_from_db()
    assert (row.state, row.company_id) == ("imported", OTHER)


def test_the_department_of_an_employee_corrected_elsewhere_comes_over(
    imported: Callable[..., None],
) -> None:
    imported(companies=[company(1)], employees=[employee(1, salary=-1.0, department="المبيعات")])
    made = department_id(COMPANY, "المبيعات")
    event = EmployeeRowCorrected(
        employee_id=new_id("employees", "emp-1"),
        company_id=COMPANY,
        user_id=employee_user_id("emp-1"),
        key="emp-1",
        row={"id": "emp-1", "company_id": "company-1", "first_name": "محمد", "department": "المبيعات"},
    )
    with all_companies("test"):
        assert not Department.objects.filter(id=made).exists()
        employee_row_take(event)
        employee_row_take(event)
        assert Department.objects.get(id=made).company_id == COMPANY
        assert ImportedRow.objects.get(name="departments", key="emp-1").target_id == made
        assert EventRecord.objects.filter(type="department.created").count() == 1


def test_the_group_hands_a_company_over_and_the_others_hear_of_it(
    group: Client, imported: Callable[..., None]
) -> None:
    imported(companies=[company(1), company(2, name="Delta")])
    assert "Delta" in group.get(f"{HANDED_OVER}add/").content.decode()
    group.post(f"{HANDED_OVER}add/", {"companies": [str(OTHER)]})
    with all_companies("test"):
        handed_over = HandedOverCompany.objects.get()
        event = EventRecord.objects.get(type="company.handed_over")
    assert handed_over.company_id == OTHER
    assert UUID(event.payload["company_id"]) == OTHER
    assert "Delta" in group.get(HANDED_OVER).content.decode()
    assert "Delta" not in group.get(f"{HANDED_OVER}add/").content.decode()


def test_a_company_that_is_handed_over_is_not_handed_over_again(
    group: Client, imported: Callable[..., None]
) -> None:
    imported(companies=[company(1)])
    group.post(f"{HANDED_OVER}add/", {"companies": [str(COMPANY)]})
    answer = group.post(f"{HANDED_OVER}add/", {"companies": [str(COMPANY)]})
    assert "Select a valid choice" in answer.content.decode()
    with all_companies("test"):
        assert EventRecord.objects.filter(type="company.handed_over").count() == 1


def test_a_companys_own_manager_hands_nothing_over(client: Client, imported: Callable[..., None]) -> None:
    imported(companies=[company(1)])
    sign_in(client, role="company_manager", company_id=COMPANY)
    assert client.get(HANDED_OVER).status_code == 403
    assert client.post(f"{HANDED_OVER}add/", {"companies": [str(COMPANY)]}).status_code == 403
    with all_companies("test"):
        assert not HandedOverCompany.objects.exists()
