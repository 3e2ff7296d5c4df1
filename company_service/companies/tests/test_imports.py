"""The bulk entrances that the import of the old system goes through."""

from datetime import UTC, datetime
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from company_service.companies import selectors, services
from company_service.companies.models import Company, Department
from company_service.companies.services import CompanyFields, ImportedCompany, ImportedDepartment
from company_service.companies.tests.factories import CompanyFactory, DepartmentFactory, events_of, payloads


def imported(name: str = "شركة النور") -> ImportedCompany:
    fields: CompanyFields = {
        "name": name,
        "classification": "LLC",
        "partnerships": ["Pearl"],
        "is_active": False,
    }
    old = uuid4().hex
    made = datetime(2019, 1, 1, tzinfo=UTC)
    return ImportedCompany(id=uuid4(), old_id=old, fields=fields, created_at=made)


def test_an_imported_company_keeps_its_facts_and_is_published(group: None) -> None:
    row = imported()
    assert services.companies_import([row]) == {row.id}
    company = selectors.company_get(row.id)
    assert (company.old_id, company.classification, company.partnerships) == (row.old_id, "LLC", ["Pearl"])
    assert company.created_at == row.created_at
    assert list(selectors.company_list(search="النور")) == [company]
    assert events_of(row.id) == [("company.created", 1)]
    assert payloads("company.created")[0]["old_id"] == row.old_id
    assert payloads("company.created")[0]["is_active"] is False


def test_importing_again_changes_nothing_that_hr_has_changed(group: None) -> None:
    row = imported()
    services.companies_import([row])
    services.company_update(company_id=row.id, name="Corrected")
    assert services.companies_import([row]) == set()
    assert selectors.company_get(row.id).name == "Corrected"
    assert len(events_of(row.id)) == 2


def test_old_companies_of_one_name_are_all_kept(group: None) -> None:
    CompanyFactory(name="Nour")
    assert len(services.companies_import([imported("Nour"), imported("Nour")])) == 2
    assert Company.objects.filter(name="Nour").count() == 3


def test_imported_departments_are_made_once_for_each_name(company: Company) -> None:
    DepartmentFactory(company=company, name="Sales")
    rows = [ImportedDepartment(uuid4(), company.id, name) for name in ("sales ", "IT", "it", "المحاسبة")]
    refused = dict.fromkeys([rows[0].id, rows[2].id], "the company has a department of this name")
    assert services.departments_import(rows) == refused
    assert services.departments_import(rows) == refused
    assert Department.objects.filter(company=company).count() == 3
    assert len(payloads("department.created")) == 3


def test_a_thousand_companies_take_a_handful_of_statements(group: None) -> None:
    with CaptureQueriesContext(connection) as captured:
        services.companies_import([imported(f"Company {number}") for number in range(1000)])
    assert len(captured) <= 12
