"""What changed in the old application's file since an import, and what a rollback takes away."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F

from common.days import today
from common.legacy.ids import department_id, new_id
from common.legacy.mapper import Imported
from common.messaging.models import EventRecord
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import SECOND, company, employee, license
from company_service.companies import services
from company_service.companies.legacy.companies import (
    change_companies,
    map_company,
    remove_companies,
    write_companies,
)
from company_service.companies.legacy.departments import (
    department_mapper,
    remove_departments,
    write_departments,
)
from company_service.companies.legacy.licenses import (
    change_licenses,
    map_license,
    remove_licenses,
    write_licenses,
)
from company_service.companies.models import Company, Department, HeadcountTotal, License, LicenseNotice
from company_service.companies.tests.factories import EntryFactory

pytestmark = pytest.mark.usefixtures("group")

FACTS = known_facts(companies=["company-1", "company-2"], employees=["emp-1", "emp-2"])
COMPANY = new_id("companies", "company-1")
DEPARTMENT = department_id(COMPANY, "المبيعات")
LICENSE = new_id("licenses", "license-1")


def companies(*rows: dict[str, Any]) -> list[Imported[Any]]:
    return [_imported(map_company(row, 1, FACTS)) for row in rows]


def departments(*rows: dict[str, Any]) -> list[Imported[Any]]:
    return [_imported(department_mapper(FACTS)(row, 1)) for row in rows]


def licenses(*rows: dict[str, Any]) -> list[Imported[Any]]:
    return [_imported(map_license(row, 1, FACTS)) for row in rows]


def _imported(outcome: Any) -> Imported[Any]:
    assert isinstance(outcome, Imported)
    return outcome


def told() -> list[tuple[str, int]]:
    """Type and version of the events since the last call: those without a position, which they get."""
    fresh = EventRecord.objects.filter(position=None)
    found = list(fresh.order_by("id").values_list("type", "version"))
    fresh.update(position=F("id"))
    return found


def test_a_changed_company_is_brought_over_and_told_of() -> None:
    write_companies(companies(company(1), company(2)))
    told()
    change_companies(
        companies(company(1, name="Blue Nile", partnerships='["شريك"]', phone="1"), company(2, is_active=0))
    )
    changed = Company.objects.get(pk=COMPANY)
    assert (changed.name, changed.name_ar, changed.name_folded) == ("Blue Nile", "", "blue nile")
    assert (changed.partnerships, changed.phone, changed.version) == (["شريك"], "1", 2)
    assert told() == [("company.updated", 2), ("company.updated", 2), ("company.deactivated", 3)]
    assert Company.objects.get(is_active=False).version == 3


def test_another_first_moment_is_taken_over_and_told_to_nobody() -> None:
    write_companies(companies(company(1)))
    write_licenses(licenses(license(1)))
    told()
    change_companies(companies(company(1, created_at=SECOND + 60)))
    change_licenses(licenses(license(1, created_at=SECOND + 60)))
    moment = datetime.fromtimestamp(SECOND + 60, UTC)
    assert {Company.objects.get().created_at, License.objects.get().created_at} == {moment}
    assert told() == []


def test_a_row_that_says_the_same_changes_nothing_and_tells_nothing() -> None:
    write_companies(companies(company(1)))
    write_licenses(licenses(license(1)))
    told()
    change_companies(companies(company(1)))
    change_licenses(licenses(license(1, status="expired")))
    assert told() == []


def test_a_changed_licence_is_brought_over_and_told_of() -> None:
    write_companies(companies(company(1)))
    write_licenses(licenses(license(1)))
    told()
    change_licenses(licenses(license(1, number="٧", is_active=0, documents='["a.pdf"]')))
    changed = License.objects.get(pk=LICENSE)
    assert (changed.number, changed.number_folded, changed.is_active) == ("٧", "7", False)
    assert (changed.old_documents, changed.version) == (["a.pdf"], 2)
    assert told() == [("license.updated", 2)]


def test_only_another_end_that_is_past_already_is_never_told_of() -> None:
    write_companies(companies(company(1)))
    end = str(today() + timedelta(days=1))
    write_licenses(licenses(license(1, expiry_date=end), license(2)))
    later = today() + timedelta(days=3)
    services.licenses_announce(later)
    told()
    change_licenses(
        licenses(license(1, expiry_date=end, name="اسم آخر"), license(2, expiry_date="2021-01-01"))
    )
    assert License.objects.get(pk=new_id("licenses", "license-2")).status == "expired"
    services.licenses_announce(later + timedelta(days=14))
    assert [kind for kind, _version in told()] == ["license.updated"] * 2 + ["license.expired"]


def test_what_was_brought_is_taken_back_and_told_of() -> None:
    before = LicenseNotice.objects.count()
    write_companies(companies(company(1)))
    write_departments(departments(employee(1)))
    write_licenses(licenses(license(1, expiry_date="2021-01-01")))
    assert LicenseNotice.objects.count() == before + 1
    told()
    for take_back, thing in (
        (remove_licenses, LICENSE),
        (remove_departments, DEPARTMENT),
        (remove_companies, COMPANY),
    ):
        assert take_back([thing]) == {}
    assert told() == [("license.removed", 2), ("department.deleted", 2), ("company.removed", 2)]
    assert LicenseNotice.objects.count() == before
    assert not Company.objects.exists()


def test_a_company_with_people_or_records_stays() -> None:
    write_companies(companies(company(1), company(2)))
    services.department_create(company_id=COMPANY, name="IT")
    other = new_id("companies", "company-2")
    EntryFactory(company=Company.objects.get(pk=other))
    services.headcount_fold()
    assert remove_companies([COMPANY, other]) == {
        COMPANY: "the company has departments, licences or settings",
        other: "people are counted in the company",
    }
    assert (Company.objects.count(), HeadcountTotal.objects.count()) == (2, 1)


def test_a_department_with_people_or_others_inside_stays() -> None:
    write_companies(companies(company(1)))
    write_departments(departments(employee(1), employee(2, department="IT")))
    services.department_create(company_id=COMPANY, name="Shop", parent_id=DEPARTMENT)
    it = department_id(COMPANY, "IT")
    EntryFactory(company=Company.objects.get(), department_id=it)
    assert remove_departments([DEPARTMENT, it]) == {
        DEPARTMENT: "departments were made inside the department",
        it: "people work in the department",
    }
    assert Department.objects.count() == 3


def test_a_licence_that_was_renewed_stays() -> None:
    write_companies(companies(company(1)))
    write_licenses(licenses(license(1, expiry_date="2021-01-01")))
    services.license_renew(license_id=LICENSE, issued_on=today(), expires_on=today() + timedelta(days=400))
    assert remove_licenses([LICENSE]) == {LICENSE: "the licence was renewed"}


def test_a_licence_or_department_of_a_company_that_is_not_here_is_not_made() -> None:
    for written in (write_licenses(licenses(license(1))), write_departments(departments(employee(1)))):
        assert {item.reason for item in written.refused.values()} == {"unknown_company"}


def test_what_is_not_here_is_taken_back_without_a_word() -> None:
    nothing = [uuid4()]
    assert remove_companies(nothing) == remove_departments(nothing) == remove_licenses(nothing) == {}
    assert told() == []
