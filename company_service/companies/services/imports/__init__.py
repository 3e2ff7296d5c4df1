"""What the old system's file brings, changes and takes away again: a few statements for any number of rows."""

from company_service.companies.services.imports.companies import (
    ImportedCompany,
    companies_bring_over,
    companies_import,
    companies_take_back,
)
from company_service.companies.services.imports.departments import (
    ImportedDepartment,
    departments_import,
    departments_take_back,
)
from company_service.companies.services.imports.licenses import (
    ImportedLicense,
    licenses_bring_over,
    licenses_import,
    licenses_take_back,
)

__all__ = [
    "ImportedCompany",
    "ImportedDepartment",
    "ImportedLicense",
    "companies_bring_over",
    "companies_import",
    "companies_take_back",
    "departments_import",
    "departments_take_back",
    "licenses_bring_over",
    "licenses_import",
    "licenses_take_back",
]
