"""How many people companies employ."""

from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from company_service.companies.exceptions import CompanyNotFoundError
from company_service.companies.models import Company, HeadcountEntry, HeadcountTotal


def with_headcount(companies: QuerySet[Company]) -> QuerySet[Company]:
    """``companies`` with ``headcount``: the folded total and what is not folded yet, exact at any moment."""
    return companies.annotate(**{"headcount": _headcount()})


def headcount_get(company_id: UUID) -> int:
    """How many people the company employs, hires under way included; raises CompanyNotFoundError."""
    company = Company.objects.filter(pk=company_id).values_list(_headcount())
    try:
        return int(company.get()[0])
    except Company.DoesNotExist:
        raise CompanyNotFoundError from None


def works_in(company_id: UUID, employee_id: UUID) -> bool:
    """Whether the company employs the person, hires under way included."""
    entries = HeadcountEntry.objects.filter(company=company_id, employee_id=employee_id)
    return (entries.aggregate(people=Sum("delta"))["people"] or 0) > 0


def _headcount() -> Combinable:
    total = HeadcountTotal.objects.filter(company=OuterRef("pk")).values("total")
    entries = HeadcountEntry.objects.filter(company=OuterRef("pk"), folded=False).order_by().values("company")
    waiting = entries.annotate(change=Sum("delta")).values("change")
    return Coalesce(Subquery(total), 0) + Coalesce(Subquery(waiting), 0)
