from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from company_service.companies.models import Company, Department, HeadcountEntry, License, LicenseNotice
from company_service.companies.tests.factories import (
    DepartmentFactory,
    EntryFactory,
    LicenseFactory,
    SettingFactory,
)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": ""}, "a_company_has_a_name"),
        ({"size": "tiny"}, "a_company_is_of_a_known_size"),
        ({"subscription_plan": "gold"}, "a_company_is_on_a_known_plan"),
        ({"seat_limit": -1}, "a_seat_limit_is_not_negative"),
    ],
)
def test_postgresql_refuses_a_company_that_cannot_be(
    company: Company, values: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Company.objects.filter(pk=company.pk).update(**values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": ""}, "a_department_has_a_name"),
        ({"budget": Decimal("-0.001")}, "a_budget_is_not_negative"),
    ],
)
def test_postgresql_refuses_a_department_that_cannot_be(
    company: Company, values: dict[str, object], constraint: str
) -> None:
    department = DepartmentFactory(company=company)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Department.objects.filter(pk=department.pk).update(**values)


def test_postgresql_refuses_a_department_inside_itself(company: Company) -> None:
    department = DepartmentFactory(company=company)
    with pytest.raises(IntegrityError, match="a_department_is_not_inside_itself"), transaction.atomic():
        Department.objects.filter(pk=department.pk).update(parent=department)


def test_a_setting_has_one_value_and_a_key(company: Company) -> None:
    SettingFactory(company=company, key="currency")
    with pytest.raises(IntegrityError, match="a_setting_has_one_value"), transaction.atomic():
        SettingFactory(company=company, key="currency")
    with pytest.raises(IntegrityError, match="a_setting_has_a_key"), transaction.atomic():
        SettingFactory(company=company, key="")


def test_a_cause_counts_once(company: Company) -> None:
    EntryFactory(company=company, source_key="event:1")
    with pytest.raises(IntegrityError, match="each_cause_counts_once"), transaction.atomic():
        EntryFactory(company=company, source_key="event:1")


def test_an_entry_changes_the_headcount(company: Company) -> None:
    with pytest.raises(IntegrityError, match="an_entry_changes_the_headcount"), transaction.atomic():
        EntryFactory(company=company, delta=0)


@pytest.mark.parametrize(
    "change", [{"delta": 2}, {"department_id": uuid4()}, {"source_key": "x"}, {"company_id": uuid4()}]
)
def test_the_ledger_is_never_changed(company: Company, change: dict[str, object]) -> None:
    entry = EntryFactory(company=company, folded=True)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        HeadcountEntry.objects.filter(pk=entry.pk).update(**change)


def test_what_was_counted_stays_counted(company: Company) -> None:
    entry = EntryFactory(company=company, folded=True)
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        HeadcountEntry.objects.filter(pk=entry.pk).update(folded=False)


def test_nobody_is_uncounted_but_when_an_import_is_taken_back(company: Company) -> None:
    entry = EntryFactory(company=company)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        HeadcountEntry.objects.filter(pk=entry.pk).delete()
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT headcount_take_back(%s)", [[entry.employee_id]])


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"number": ""}, "a_license_has_a_number"),
        ({"name": ""}, "a_license_has_a_name"),
        ({"type": "piracy"}, "a_license_is_of_a_known_type"),
        ({"status": "lost"}, "a_license_has_a_known_status"),
        ({"issued_on": date(2026, 1, 2), "expires_on": date(2026, 1, 1)}, "a_license_ends_after_it_begins"),
    ],
)
def test_postgresql_refuses_a_license_that_cannot_be(
    company: Company, values: dict[str, object], constraint: str
) -> None:
    kept = LicenseFactory(company=company)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        License.objects.filter(pk=kept.pk).update(**values)


def test_licenses_of_the_old_system_may_share_a_number(company: Company) -> None:
    twin = {
        "company": company,
        "number": "1",
        "number_folded": "1",
        "name": "A",
        "name_folded": "a",
        "type": "main",
    }
    for old_id in ("license-1", "license-2", None):
        License.objects.create(old_id=old_id, **twin)
    with pytest.raises(IntegrityError, match="licenses_of_a_type"), transaction.atomic():
        License.objects.create(old_id=None, **twin)


def test_a_step_of_an_end_is_noted_once(company: Company) -> None:
    kept = LicenseFactory(company=company)
    day = date(2026, 1, 1)
    note = {
        "company": company,
        "license": kept,
        "expires_on": day,
        "step": 90,
        "announced": True,
        "noted_on": day,
    }
    LicenseNotice.objects.create(**note)
    with pytest.raises(IntegrityError, match="each_step_of_an_end_is_noted_once"), transaction.atomic():
        LicenseNotice.objects.create(**note)
