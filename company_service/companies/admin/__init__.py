"""The admin of the company service; importing the pages registers them."""

from company_service.companies.admin.companies import CompanyAdmin
from company_service.companies.admin.departments import DepartmentAdmin
from company_service.companies.admin.headcount import HeadcountEntryAdmin
from company_service.companies.admin.licenses import LicenseAdmin
from company_service.companies.admin.notices import LicenseNoticeAdmin

__all__ = ["CompanyAdmin", "DepartmentAdmin", "HeadcountEntryAdmin", "LicenseAdmin", "LicenseNoticeAdmin"]
