"""Numbers about a company as a whole, by the ledger of its headcount."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from common.contracts.base import wire_name
from common.contracts.employee import EmployeeTerminated
from common.reference.models import EmployeeRef
from company_service.companies.exceptions import CompanyNotFoundError
from company_service.companies.models import Company, Department, HeadcountEntry
from company_service.companies.selectors.headcount import with_headcount


@dataclass(frozen=True)
class CompanyStatistics:
    """The size of a company today, and how it came to it in the last twelve months.

    ``total`` is everybody employed, hires under way included; ``active`` leaves out those who are inactive.
    """

    company_id: UUID
    total: int
    active: int
    departments_count: int
    total_before: int
    """Everybody who was employed twelve months ago."""
    leavers: int
    """Whose employment ended since."""
    taken_at: datetime

    @property
    def growth_rate(self) -> float | None:
        """By how many per cent there are more people than twelve months ago; None when there were none.

        (total - total before) / total before * 100: the plain growth rate over a period.
        """
        if self.total_before <= 0:
            return None
        return round(100 * (self.total - self.total_before) / self.total_before, 2)

    @property
    def turnover_rate(self) -> float | None:
        """How many of a hundred people left in twelve months; None when nobody was employed.

        Leavers / average headcount * 100, as ISO 30414 and the CIPD have it; the average is that of the first
        and the last day.
        """
        average = (self.total_before + self.total) / 2
        return round(100 * self.leavers / average, 2) if average > 0 else None


def company_statistics(company_id: UUID, today: date) -> CompanyStatistics:
    """The statistics of a company as of ``today``, in one statement; raises CompanyNotFoundError."""
    since = year_before(today)
    later = HeadcountEntry.objects.filter(company=OuterRef("pk"), happened_on__gt=since)
    gone = later.filter(reason=wire_name(EmployeeTerminated))
    idle = EmployeeRef.objects.filter(company_id=OuterRef("pk"), status="inactive")
    departments = Department.objects.filter(company=OuterRef("pk"))
    company = (
        with_headcount(Company.objects.filter(pk=company_id))
        .annotate(
            change=_one(later, Sum("delta")),
            leavers=_one(gone, Count("pk")),
            idle=_one(idle, Count("pk")),
            departments_count=_one(departments, Count("pk")),
        )
        .values("headcount", "change", "leavers", "idle", "departments_count")
        .first()
    )
    if company is None:
        raise CompanyNotFoundError
    return CompanyStatistics(
        company_id=company_id,
        total=company["headcount"],
        active=max(company["headcount"] - company["idle"], 0),
        departments_count=company["departments_count"],
        total_before=company["headcount"] - company["change"],
        leavers=company["leavers"],
        taken_at=timezone.now(),
    )


def year_before(day: date) -> date:
    """The same day a year earlier; the 28th of February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _one(rows: QuerySet[Any, Any], value: Aggregate) -> Coalesce:
    """The value over a company's rows, or nought."""
    found = rows.order_by().values("company_id").annotate(value=value).values("value")
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)
