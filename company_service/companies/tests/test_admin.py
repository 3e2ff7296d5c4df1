"""The admin's pages: what staff sees, and one event for each change."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from common.reference.models import EmployeeRef
from common.security.tenancy import all_companies
from common.testing.staff import sign_in
from company_service.companies import selectors, services
from company_service.companies.models import Company, CompanySetting, Department, HeadcountEntry
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    EntryFactory,
    SettingFactory,
    events_of,
)


@pytest.fixture
def pearl(db: None) -> Company:
    with all_companies("test"):
        return CompanyFactory(name="Pearl", name_ar="شركة اللؤلؤة", seat_limit=25)


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    sign_in(client, role="super_admin")
    return client


def form_of(response: Any, **changes: Any) -> dict[str, Any]:
    """What the browser would send from the form on this page."""
    form = response.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    for inline in response.context["inline_admin_formsets"]:
        formset = inline.formset
        values |= {
            f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()
        }
        for row in formset.forms:
            values |= {row.add_prefix(name): row[name].value() for name in row.fields}
    values |= changes
    sent: dict[str, Any] = {}
    for name, value in values.items():
        if hasattr(value, "strftime"):
            sent[f"{name}_0"], sent[f"{name}_1"] = value.strftime("%Y-%m-%d"), value.strftime("%H:%M:%S")
        elif value is True:
            sent[name] = "on"
        elif value is not None and value is not False:
            sent[name] = ",".join(value) if isinstance(value, list) else str(value)
    return sent


def change(client: Client, row: Any, **changes: Any) -> Any:
    """Open the row's page, change the fields and save."""
    address = reverse(f"admin:companies_{row._meta.model_name}_change", args=[row.pk])
    response = client.post(address, form_of(client.get(address), **changes))
    assert response.status_code == 302, response.context["errors"]
    return response


def test_the_list_shows_headcount_seats_and_plan_in_few_queries(
    staff: Client, pearl: Company, django_assert_max_num_queries: Any
) -> None:
    with all_companies("test"):
        CompanyFactory.create_batch(5)
        EntryFactory.create_batch(3, company=pearl)
        services.headcount_fold()
        EntryFactory(company=pearl)
    with django_assert_max_num_queries(13):
        page = staff.get(reverse("admin:companies_company_changelist")).content.decode()
    assert ">4</a>" in page
    assert "25" in page


@pytest.mark.parametrize(
    ("search", "found"), [("اللولو", True), ("شركة اللؤلؤة", True), ("pea", True), ("xyz", False)]
)
def test_companies_are_found_by_either_name(staff: Client, pearl: Company, search: str, found: bool) -> None:
    page = staff.get(reverse("admin:companies_company_changelist"), {"q": search}).content.decode()
    assert ("Pearl" in page) is found


def test_a_company_is_added_with_one_event(staff: Client) -> None:
    address = reverse("admin:companies_company_add")
    response = staff.post(address, form_of(staff.get(address), name="Amber", seat_limit="3"))
    assert response.status_code == 302
    with all_companies("test"):
        company = Company.objects.get()
        assert (company.name, company.seat_limit) == ("Amber", 3)
        assert events_of(company.id) == [("company.created", 1)]


def test_a_change_makes_one_event_and_saving_without_one_none(staff: Client, pearl: Company) -> None:
    change(staff, pearl, name="Pearl and sons")
    change(staff, pearl)
    change(staff, pearl, is_active=False)
    with all_companies("test"):
        assert events_of(pearl.id)[1:] == [("company.updated", 2), ("company.deactivated", 3)]


def test_a_setting_inline_makes_one_event(staff: Client, pearl: Company) -> None:
    with all_companies("test"):
        SettingFactory(company=pearl, key="currency", value="USD")
    change(staff, pearl, **{"settings-0-value": "KWD"})
    with all_companies("test"):
        assert CompanySetting.objects.get().value == "KWD"
        assert len(events_of(pearl.id)) == 2
    change(
        staff,
        pearl,
        **{
            "settings-TOTAL_FORMS": "2",
            "settings-1-key": "hours",
            "settings-1-value": "8",
            "settings-1-id": "",
        },
    )
    with all_companies("test"):
        assert dict(CompanySetting.objects.values_list("key", "value")) == {"currency": "KWD", "hours": "8"}


def test_a_name_in_use_is_shown_and_changes_nothing(staff: Client, pearl: Company) -> None:
    with all_companies("test"):
        services.companies_import(
            [services.ImportedCompany(id=pearl.id.__class__(int=1), old_id="1", fields={"name": "Amber"})]
        )
    response = change(staff, pearl, name="amber")
    page = staff.get(response["Location"])
    assert "A company of this name exists." in page.content.decode()
    with all_companies("test"):
        assert selectors.company_get(pearl.id).name == "Pearl"


def test_companies_are_deactivated_by_an_action_and_cannot_be_deleted(staff: Client, pearl: Company) -> None:
    address = reverse("admin:companies_company_changelist")
    staff.post(address, {"action": "deactivate", "_selected_action": [str(pearl.id)]})
    assert staff.get(reverse("admin:companies_company_delete", args=[pearl.pk])).status_code == 403
    with all_companies("test"):
        assert events_of(pearl.id)[1:] == [("company.deactivated", 2)]


def test_departments_stand_as_an_indented_tree(staff: Client, pearl: Company) -> None:
    with all_companies("test"):
        sales = DepartmentFactory(company=pearl, name="Sales")
        DepartmentFactory(company=pearl, name="Accounts")
        DepartmentFactory(company=pearl, name="Shop", parent=sales)
    page = staff.get(reverse("admin:companies_department_changelist")).content.decode()
    assert page.index(">Accounts<") < page.index(">Sales<") < page.index(">Shop<")
    assert 'class="depth-2">Shop<' in page


def test_a_department_is_added_moved_and_deleted_through_services(staff: Client, pearl: Company) -> None:
    with all_companies("test"):
        sales = DepartmentFactory(company=pearl, name="Sales")
    address = reverse("admin:companies_department_add")
    sent = form_of(staff.get(address), name="Shop", company=pearl.pk, parent=sales.pk)
    assert staff.post(address, sent).status_code == 302
    with all_companies("test"):
        shop = Department.objects.get(name="Shop")
        assert shop.parent_id == sales.id
    change(staff, shop, parent=None)
    staff.post(reverse("admin:companies_department_delete", args=[shop.pk]), {"post": "yes"})
    with all_companies("test"):
        types = [name for name, _version in events_of(shop.id)]
    assert types == ["department.created", "department.updated", "department.deleted"]


def test_a_departments_manager_is_named_by_number(client: Client, pearl: Company) -> None:
    with all_companies("test"):
        sales = DepartmentFactory(company=pearl, name="Sales")
        head = EntryFactory(company=pearl).employee_id
        EmployeeRef.objects.create(
            employee_id=head, company_id=pearl.id, user_id=uuid4(), number="77", full_name_en="Huda Nasser"
        )
        EmployeeRef.objects.create(
            employee_id=uuid4(), company_id=CompanyFactory().id, user_id=uuid4(), number="78"
        )
    sign_in(client, role="company_manager", company_id=pearl.id)
    change(client, sales, manager_number="77")
    page = client.get(reverse("admin:companies_department_change", args=[sales.pk])).content.decode()
    assert "Huda Nasser" in page
    add = reverse("admin:companies_department_add")
    assert client.post(add, form_of(client.get(add), name="Shop", manager_number="77")).status_code == 302
    refused = client.post(add, form_of(client.get(add), name="Store", manager_number="78"))
    assert "no employee of this number" in refused.content.decode()
    change(client, sales, name="Sales and service")
    with all_companies("test"):
        assert set(Department.objects.values_list("name", "manager_id")) == {
            ("Sales and service", head),
            ("Shop", head),
        }
    change(client, sales, manager_number="")
    with all_companies("test"):
        assert Department.objects.get(pk=sales.pk).manager_id is None


def test_a_department_in_use_is_not_deleted_and_the_reason_is_shown(staff: Client, pearl: Company) -> None:
    with all_companies("test"):
        sales = DepartmentFactory(company=pearl)
        EntryFactory(company=pearl, department_id=sales.id)
    address = reverse("admin:companies_department_delete", args=[sales.pk])
    page = staff.post(address, {"post": "yes"}, follow=True).content.decode()
    assert "still has employees" in page
    with all_companies("test"):
        assert Department.objects.filter(pk=sales.pk).exists()


def test_a_manager_sees_and_edits_departments_of_the_own_company_only(client: Client, pearl: Company) -> None:
    with all_companies("test"):
        DepartmentFactory(company=pearl, name="Own shop")
        foreign = DepartmentFactory(name="Foreign shop")
    sign_in(client, role="company_manager", company_id=pearl.id)
    page = client.get(reverse("admin:companies_department_changelist")).content.decode()
    assert "Own shop" in page
    assert "Foreign shop" not in page
    query = {"app_label": "companies", "model_name": "department", "field_name": "parent"}
    offered = client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [result["text"] for result in offered] == ["Own shop"]
    assert client.get(reverse("admin:companies_department_change", args=[foreign.pk])).status_code == 302
    address = reverse("admin:companies_department_add")
    assert client.post(address, form_of(client.get(address), name="New")).status_code == 302
    with all_companies("test"):
        assert Department.objects.get(name="New").company_id == pearl.id
    assert client.get(reverse("admin:companies_company_changelist")).status_code == 403


def test_companies_are_offered_by_the_beginning_of_the_name(staff: Client, pearl: Company) -> None:
    query = {"app_label": "companies", "model_name": "department", "field_name": "company", "term": "اللؤلؤة"}
    offered = staff.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [result["id"] for result in offered] == [str(pearl.id)]


def test_the_ledger_is_shown_and_found_by_person_but_never_edited(staff: Client, pearl: Company) -> None:
    with all_companies("test"):
        entry = EntryFactory(company=pearl, reason="found")
        EntryFactory(company=pearl, reason="other one")
    address = reverse("admin:companies_headcountentry_changelist")
    for query, shown in (({"q": str(entry.employee_id)}, True), ({"q": "nobody"}, False)):
        page = staff.get(address, query).content.decode()
        assert ('<td class="field-reason">found</td>' in page) is shown
        assert '<td class="field-reason">other one</td>' not in page
    assert staff.get(address, {"company__id__exact": str(pearl.id)}).status_code == 200
    assert staff.get(reverse("admin:companies_headcountentry_add")).status_code == 403
    one = reverse("admin:companies_headcountentry_change", args=[entry.pk])
    assert staff.post(one, {"delta": "5"}).status_code == 403
    with all_companies("test"):
        assert HeadcountEntry.objects.get(pk=entry.pk).delta == 1
