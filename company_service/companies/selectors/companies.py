"""Reads of companies and their settings."""

from uuid import UUID

from django.db.models import Q, QuerySet

from common.search import company_name_folded
from company_service.companies.exceptions import CompanyNotFoundError
from company_service.companies.models import Company, CompanySetting


def company_list(
    *, search: str = "", industry: str = "", size: str = "", is_active: bool | None = None
) -> QuerySet[Company]:
    """Companies, newest first; ``search`` is the beginning of a name in either script."""
    companies = Company.objects.order_by("-created_at", "-id")
    start = company_name_folded(search)
    if start:
        companies = companies.filter(
            Q(name_folded__folded_prefix=start) | Q(name_ar_folded__folded_prefix=start)
        )
    if industry:
        companies = companies.filter(industry=industry)
    if size:
        companies = companies.filter(size=size)
    if is_active is not None:
        companies = companies.filter(is_active=is_active)
    return companies


def company_get(company_id: UUID) -> Company:
    """The company; raises CompanyNotFoundError, also for another tenant's."""
    try:
        return Company.objects.get(pk=company_id)
    except Company.DoesNotExist:
        raise CompanyNotFoundError from None


def setting_list(*, company_id: UUID, key: str = "", only_public: bool = False) -> QuerySet[CompanySetting]:
    """A company's settings by key; raises CompanyNotFoundError."""
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    settings = CompanySetting.objects.filter(company_id=company_id).order_by("key")
    if key:
        settings = settings.filter(key=key)
    return settings.filter(is_public=True) if only_public else settings
