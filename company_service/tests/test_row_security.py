"""Nobody reads another company's rows, by whatever way they come to the company service's database."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from common.security.tenancy import all_companies, company_scope
from common.testing.row_security import RowSecurityRules
from company_service.companies.models import (
    Company,
    CompanySetting,
    Department,
    HeadcountEntry,
    HeadcountTotal,
    License,
    LicenseNotice,
    LicensePeriod,
)
from company_service.companies.tests.factories import CompanyFactory, DepartmentFactory, LicenseFactory

END = date(2026, 12, 31)


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            "company_settings",
            "departments",
            "headcount_ledger",
            "headcount_totals",
            "licenses",
            "license_notices",
            "license_periods",
        }
    )

    def fill(self, company_id: UUID) -> None:
        company = Company.objects.create(id=company_id, name="Own", name_folded="own")
        CompanySetting.objects.create(company=company, key="a", value="b")
        Department.objects.create(company=company, name="IT", name_folded="it")
        HeadcountEntry.objects.create(
            company=company, employee_id=uuid4(), source_key="a", delta=1, reason="test"
        )
        HeadcountTotal.objects.create(company=company)
        held = License.objects.create(
            company=company, number="1", number_folded="1", name="Main", type="main"
        )
        LicensePeriod.objects.create(company=company, license=held, number="0")
        LicenseNotice.objects.create(
            company=company, license=held, expires_on=END, step=90, announced=True, noted_on=END
        )


def test_companies_are_seen_by_themselves_and_by_the_group_only(db: None) -> None:
    with all_companies("test"):
        one, other = CompanyFactory(), CompanyFactory()
    with company_scope(one.id):
        assert list(Company.objects.values_list("id", flat=True)) == [one.id]
        assert not Company.objects.filter(pk=other.id).exists()
        assert Company.objects.filter(pk=other.id).update(name="stolen") == 0
    assert not Company.objects.exists()


def test_a_company_cannot_make_another_one(db: None) -> None:
    with company_scope(uuid4()), pytest.raises(ProgrammingError, match="row-level security"):
        Company.objects.create(id=uuid4(), name="Twin", name_folded="twin")


def test_a_department_cannot_be_inside_one_of_another_company(db: None) -> None:
    with all_companies("test"):
        mine, foreign = DepartmentFactory(), DepartmentFactory()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="departments_parent_id_in_company"), transaction.atomic():
            Department.objects.filter(pk=mine.pk).update(parent=foreign)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (LicensePeriod, {"number": "0"}),
        (LicenseNotice, {"expires_on": END, "step": 90, "announced": True, "noted_on": END}),
    ],
)
def test_the_history_of_a_license_is_of_its_company(db: None, model: Any, values: dict[str, Any]) -> None:
    with all_companies("test"):
        held, other = LicenseFactory(), CompanyFactory()
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match=f"{table}_license_id_in_company"), transaction.atomic():
            model.objects.create(company=other, license=held, **values)
