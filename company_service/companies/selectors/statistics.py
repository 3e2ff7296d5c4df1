"""Numbers about a company as a whole."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from company_service.companies.exceptions import CompanyNotFoundError
from company_service.companies.models import Company, Department
from company_service.companies.selectors.headcount import with_headcount


@dataclass(frozen=True)
class CompanyStatistics:
    """What this service knows about the size of a company."""

    company_id: UUID
    headcount: int
    departments_count: int
    last_updated: datetime


def company_statistics(company_id: UUID) -> CompanyStatistics:
    """Headcount and departments of a company; raises CompanyNotFoundError."""
    companies = with_headcount(Company.objects.filter(pk=company_id))
    company = companies.annotate(counted_at=F("headcount_total__updated_at")).first()
    if company is None:
        raise CompanyNotFoundError
    return CompanyStatistics(
        company_id=company.id,
        headcount=company.headcount,
        departments_count=Department.objects.filter(company_id=company_id).count(),
        last_updated=max(company.counted_at or company.updated_at, company.updated_at),
    )
