"""Every change of the company service's data: each function is one transaction with its event."""

from company_service.companies.services.companies import (
    CompanyFields,
    company_create,
    company_deactivate,
    company_update,
    setting_set,
)
from company_service.companies.services.departments import (
    DepartmentFields,
    department_create,
    department_delete,
    department_update,
)
from company_service.companies.services.fold import (
    HeadcountDifference,
    headcount_fold,
    headcount_recount,
    headcount_take_back,
)
from company_service.companies.services.headcount import (
    headcount_count_events,
    headcount_give_back,
    headcount_take,
)
from company_service.companies.services.histories import taking_back
from company_service.companies.services.imports import (
    ImportedCompany,
    ImportedDepartment,
    ImportedLicense,
    companies_bring_over,
    companies_import,
    companies_take_back,
    departments_import,
    departments_take_back,
    licenses_bring_over,
    licenses_import,
    licenses_take_back,
)
from company_service.companies.services.licenses import (
    LicenseFields,
    license_create,
    license_renew,
    license_update,
    license_withdraw,
)
from company_service.companies.services.notices import Noted, licenses_announce

__all__ = [
    "CompanyFields",
    "DepartmentFields",
    "HeadcountDifference",
    "ImportedCompany",
    "ImportedDepartment",
    "ImportedLicense",
    "LicenseFields",
    "Noted",
    "companies_bring_over",
    "companies_import",
    "companies_take_back",
    "company_create",
    "company_deactivate",
    "company_update",
    "department_create",
    "department_delete",
    "department_update",
    "departments_import",
    "departments_take_back",
    "headcount_count_events",
    "headcount_fold",
    "headcount_give_back",
    "headcount_recount",
    "headcount_take",
    "headcount_take_back",
    "license_create",
    "license_renew",
    "license_update",
    "license_withdraw",
    "licenses_announce",
    "licenses_bring_over",
    "licenses_import",
    "licenses_take_back",
    "setting_set",
    "taking_back",
]
