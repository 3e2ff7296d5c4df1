"""What the company service keeps. Each table is under row-level security from its first migration on."""

from company_service.companies.models.companies import Company, CompanySetting
from company_service.companies.models.departments import Department
from company_service.companies.models.headcount import HeadcountEntry, HeadcountTotal
from company_service.companies.models.licenses import License, LicenseNotice, LicensePeriod

__all__ = [
    "Company",
    "CompanySetting",
    "Department",
    "HeadcountEntry",
    "HeadcountTotal",
    "License",
    "LicenseNotice",
    "LicensePeriod",
]
