"""Licences in the admin: found, corrected, renewed and withdrawn through services."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from common.days import today
from common.security.tenancy import all_companies
from common.testing.staff import sign_in
from company_service.companies import services
from company_service.companies.models import Company, License, LicenseNotice, LicensePeriod
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    LicenseFactory,
    events_of,
)
from company_service.companies.tests.test_admin import change, form_of

LIST = "admin:companies_license_changelist"


def days(count: int) -> date:
    """The day that many days from today."""
    return today() + timedelta(days=count)


@pytest.fixture
def pearl(db: None) -> Company:
    with all_companies("test"):
        return CompanyFactory(name="Pearl", name_ar="شركة اللؤلؤة")


@pytest.fixture
def kept(pearl: Company) -> License:
    with all_companies("test"):
        return LicenseFactory(
            company=pearl, number="4417", name="الرخصة", issued_on=days(-345), expires_on=days(20)
        )


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    sign_in(client, role="super_admin")
    return client


def numbers(client: Client, **query: str) -> list[str]:
    """The numbers of the licences that the list shows, in its order."""
    page = client.get(reverse(LIST), query).content.decode()
    return re.findall(r'class="field-number"><a [^>]*>([^<]*)</a>', page)


def test_the_list_is_narrowed_by_end_status_company_and_use(
    staff: Client, pearl: Company, kept: License
) -> None:
    with all_companies("test"):
        foreign = LicenseFactory(number="in 60", expires_on=days(60), type="branch")
        LicenseFactory(company=pearl, number="over", expires_on=days(-1))
        LicenseFactory(company=pearl, number="pending", status="pending")
        gone = LicenseFactory(company=pearl, number="gone", expires_on=days(1))
        services.license_withdraw(license_id=gone.id)
        License.objects.filter(number="over").update(status="active")
    assert numbers(staff) == ["over", "4417", "in 60", "pending"]
    expected: dict[tuple[str, str], list[str]] = {
        ("ends", "30"): ["4417"],
        ("ends", "60"): ["4417", "in 60"],
        ("ends", "over"): ["over"],
        ("ends", "none"): ["pending"],
        ("status", "active"): ["4417", "in 60"],
        ("status", "expired"): ["over"],
        ("company", str(foreign.company_id)): ["in 60"],
        ("company", "nonsense"): [],
        ("type__exact", "branch"): ["in 60"],
        ("use", "withdrawn"): ["gone"],
        ("use", "all"): ["over", "gone", "4417", "in 60", "pending"],
        ("q", "الرخصه"): ["4417"],
        ("q", "٤٤"): ["4417"],
        ("q", "شركة اللؤ"): ["over", "4417", "pending"],
    }
    assert {pair: numbers(staff, **dict([pair])) for pair in expected} == expected


def test_the_list_shows_days_left_in_few_queries(
    staff: Client, pearl: Company, kept: License, django_assert_max_num_queries: Any
) -> None:
    with all_companies("test"):
        LicenseFactory.create_batch(8, company=pearl, expires_on=days(-7))
    staff.get(reverse(LIST))  # the first answer also writes the browser's session
    with django_assert_max_num_queries(12):
        page = staff.get(reverse(LIST)).content.decode()
    assert '<span dir="ltr">20</span>' in page
    assert page.count('<span dir="ltr">-7</span>') == 8


def test_a_license_is_entered_and_corrected_with_one_event_each(staff: Client, pearl: Company) -> None:
    address = reverse("admin:companies_license_add")
    values = {
        "company": pearl.pk, "number": "7", "name": "Shop", "type": "branch", "issued_on": "2019-01-01",
        "expires_on": "2020-12-31",
    }  # fmt: skip
    assert staff.post(address, form_of(staff.get(address), **values)).status_code == 302
    with all_companies("test"):
        entered = License.objects.get()
        assert (entered.company_id, entered.number, entered.status) == (pearl.id, "7", "expired")
    change(staff, entered, name="Old shop", **dates(entered))
    change(staff, entered, **dates(entered))
    with all_companies("test"):
        assert events_of(entered.id) == [("license.created", 1), ("license.updated", 2)]


def dates(kept: License) -> dict[str, str]:
    """A licence's dates as its form sends them."""
    return {"issued_on": str(kept.issued_on), "expires_on": str(kept.expires_on)}


def test_what_a_service_refuses_is_shown_and_changes_nothing(staff: Client, kept: License) -> None:
    response = change(staff, kept, **dates(kept) | {"status": "expired"})
    assert "dates do not fit together" in staff.get(response["Location"]).content.decode()
    with all_companies("test"):
        assert events_of(kept.id) == [("license.created", 1)]


def test_licenses_are_renewed_in_a_form_that_offers_the_following_year(staff: Client, kept: License) -> None:
    selected = {"action": "renew", "_selected_action": [str(kept.pk)]}
    page = staff.post(reverse(LIST), selected).content.decode()
    assert f'value="{days(21)}"' in page, "the day after the end is offered"
    with all_companies("test"):
        assert not LicensePeriod.objects.exists()
    filled = {f"{kept.pk}-issued_on": str(days(21)), f"{kept.pk}-number": "4418"}
    wrong = staff.post(
        reverse(LIST), {**selected, "confirmed": "1", **filled, f"{kept.pk}-expires_on": "soon"}
    )
    assert "errorlist" in wrong.content.decode()
    right = {**selected, "confirmed": "1", **filled, f"{kept.pk}-expires_on": str(days(385))}
    assert staff.post(reverse(LIST), right).status_code == 302
    with all_companies("test"):
        kept.refresh_from_db()
        assert (kept.number, kept.expires_on) == ("4418", days(385))
        period = LicensePeriod.objects.get()
        assert (period.number, period.expires_on) == ("4417", days(20))
        assert period.renewed_by is not None
        assert events_of(kept.id)[1:] == [("license.updated", 2)]


def test_one_refused_renewal_takes_all_of_them_back(staff: Client, pearl: Company, kept: License) -> None:
    with all_companies("test"):
        other = LicenseFactory(company=pearl, expires_on=days(90))
    sent: dict[str, Any] = {
        "action": "renew",
        "confirmed": "1",
        "_selected_action": [str(kept.pk), str(other.pk)],
    }
    for found, end in ((kept, days(385)), (other, days(90))):
        period = {"issued_on": str(days(21)), "expires_on": str(end), "number": found.number}
        sent |= {f"{found.pk}-{name}": value for name, value in period.items()}
    page = staff.post(reverse(LIST), sent, follow=True).content.decode()
    assert "valid until then, or longer" in page
    with all_companies("test"):
        assert not LicensePeriod.objects.exists()
        assert events_of(kept.id, other.id) == [("license.created", 1)] * 2


def test_licenses_are_withdrawn_after_a_preview_and_never_deleted(staff: Client, kept: License) -> None:
    selected = {"action": "withdraw", "_selected_action": [str(kept.pk)]}
    preview = staff.post(reverse(LIST), selected).content.decode()
    assert "4417" in preview
    with all_companies("test"):
        assert License.objects.get().is_active
    staff.post(reverse(LIST), {**selected, "confirmed": "1"})
    page = reverse("admin:companies_license_change", args=[kept.pk])
    assert "_save" not in staff.get(page).content.decode(), "a withdrawn licence is only read"
    assert staff.get(reverse("admin:companies_license_delete", args=[kept.pk])).status_code == 403
    again = staff.post(f"{reverse(LIST)}?use=all", {**selected, "confirmed": "1"}, follow=True)
    assert "None of the selected licences is in use." in again.content.decode()
    with all_companies("test"):
        assert events_of(kept.id)[1:] == [("license.updated", 2)]


def test_the_page_offers_the_actions_and_shows_periods_and_notices(staff: Client, kept: License) -> None:
    with all_companies("test"):
        services.licenses_announce()
        services.license_renew(license_id=kept.id, issued_on=days(1), expires_on=days(400))
    page = staff.get(reverse("admin:companies_license_change", args=[kept.pk])).content.decode()
    assert 'name="action" value="renew"' in page
    assert 'name="action" value="withdraw"' in page
    assert page.count('class="field-step_days"') == 3
    assert page.count('class="field-renewed_at"') == 1


def test_a_manager_handles_licenses_of_the_own_company_only(
    client: Client, pearl: Company, kept: License
) -> None:
    with all_companies("test"):
        foreign = LicenseFactory(number="foreign", expires_on=days(3))
    sign_in(client, role="company_manager", company_id=pearl.id)
    assert numbers(client) == ["4417"]
    assert numbers(client, company=str(foreign.company_id)) == ["4417"], "the filter is not offered"
    assert client.get(reverse("admin:companies_license_change", args=[foreign.pk])).status_code == 302
    sent = {"action": "withdraw", "confirmed": "1", "_selected_action": [str(foreign.pk)]}
    client.post(reverse(LIST), sent)
    address = reverse("admin:companies_license_add")
    values = {"number": "8", "name": "Own", "type": "main"}
    assert client.post(address, form_of(client.get(address), **values)).status_code == 302
    with all_companies("test"):
        assert License.objects.get(number="8").company_id == pearl.id
        assert License.objects.get(pk=foreign.pk).is_active


def test_office_staff_reads_licenses_and_changes_none(client: Client, pearl: Company, kept: License) -> None:
    sign_in(client, role="employee", company_id=pearl.id)
    assert numbers(client) == ["4417"]
    sent = {"action": "withdraw", "confirmed": "1", "_selected_action": [str(kept.pk)]}
    client.post(reverse(LIST), sent)
    assert client.get(reverse("admin:companies_license_add")).status_code == 403
    page = client.get(reverse("admin:companies_license_change", args=[kept.pk])).content.decode()
    assert "4417" in page
    assert 'name="action"' not in page
    with all_companies("test"):
        assert License.objects.get().is_active


def test_the_page_of_a_company_shows_its_licenses_and_its_departments_as_a_tree(
    staff: Client, pearl: Company, kept: License, django_assert_max_num_queries: Any
) -> None:
    with all_companies("test"):
        sales = DepartmentFactory(company=pearl, name="Sales")
        DepartmentFactory(company=pearl, name="Accounts")
        DepartmentFactory(company=pearl, name="Shop", parent=sales)
        for _ in range(4):
            LicenseFactory(expires_on=days(1))
            DepartmentFactory()
    with django_assert_max_num_queries(20):
        page = staff.get(reverse("admin:companies_company_change", args=[pearl.pk])).content.decode()
    assert page.index(">Accounts<") < page.index(">Sales<") < page.index(">Shop<")
    assert page.count('class="field-status_today"') == 1
    assert '<span dir="ltr">20</span>' in page
    assert f"license/add/?company={pearl.pk}" in page


def test_the_ledger_of_notices_is_shown_and_never_edited(staff: Client, kept: License) -> None:
    with all_companies("test"):
        services.licenses_announce()
        notice = LicenseNotice.objects.get(announced=True)
    address = reverse("admin:companies_licensenotice_changelist")
    rows = 'class="field-step_days"'
    assert staff.get(address).content.decode().count(rows) == 3
    assert staff.get(address, {"announced__exact": "1"}).content.decode().count(rows) == 1
    assert staff.get(address, {"q": "44"}).content.decode().count(rows) == 3
    assert staff.get(address, {"q": "other"}).content.decode().count(rows) == 0
    assert staff.get(reverse("admin:companies_licensenotice_add")).status_code == 403
    one = reverse("admin:companies_licensenotice_change", args=[notice.pk])
    assert staff.post(one, {"step": "5"}).status_code == 403
