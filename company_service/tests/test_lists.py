"""The lists of the company service cost the same at any size."""

from datetime import timedelta
from typing import ClassVar

from common.days import today
from common.testing.lists import Asking, ListRules, More
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    LicenseFactory,
    SettingFactory,
)


def companies(asking: Asking) -> More:
    asking.role = "super_admin"
    return CompanyFactory.create_batch


def departments(asking: Asking) -> More:
    company = inside_a_company(asking)
    return lambda count: DepartmentFactory.create_batch(count, company=company)


def settings(asking: Asking) -> More:
    company = inside_a_company(asking)
    return lambda count: SettingFactory.create_batch(count, company=company)


def licenses(asking: Asking) -> More:
    company = inside_a_company(asking)
    return lambda count: LicenseFactory.create_batch(count, company=company)


def expiring_licenses(asking: Asking) -> More:
    company, in_a_month = inside_a_company(asking), today() + timedelta(days=30)
    asking.path, asking.query = {}, {"days": 60}
    return lambda count: LicenseFactory.create_batch(count, company=company, expires_on=in_a_month)


def inside_a_company(asking: Asking) -> object:
    company = CompanyFactory.create()
    asking.company_id = company.pk
    asking.path = {"company_id": company.pk}
    return company


class TestLists(ListRules):
    makers: ClassVar = {
        "companies": companies,
        "departments": departments,
        "settings": settings,
        "licenses": licenses,
        "expiring-licenses": expiring_licenses,
    }
