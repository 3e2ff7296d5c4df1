"""Reads of the company service. They see what the scope of the transaction shows."""

from company_service.companies.selectors.companies import company_get, company_list, setting_list
from company_service.companies.selectors.departments import (
    department_ancestors,
    department_get,
    department_list,
    department_tree,
    employee_count,
    with_employee_count,
)
from company_service.companies.selectors.headcount import headcount_get, with_headcount, works_in
from company_service.companies.selectors.licenses import (
    DaysUntil,
    ends_within,
    license_get,
    license_list,
    license_periods,
    licenses_expiring,
    licenses_today,
    of_status,
    status_on,
)
from company_service.companies.selectors.statistics import CompanyStatistics, company_statistics

__all__ = [
    "CompanyStatistics",
    "DaysUntil",
    "company_get",
    "company_list",
    "company_statistics",
    "department_ancestors",
    "department_get",
    "department_list",
    "department_tree",
    "employee_count",
    "ends_within",
    "headcount_get",
    "license_get",
    "license_list",
    "license_periods",
    "licenses_expiring",
    "licenses_today",
    "of_status",
    "setting_list",
    "status_on",
    "with_employee_count",
    "with_headcount",
    "works_in",
]
