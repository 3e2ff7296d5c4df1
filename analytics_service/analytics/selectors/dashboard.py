"""What the first page shows: the company's state for those who may view reports, one's own for everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db.models import Count, Model, Q, QuerySet, Sum

from analytics_service.analytics.choices import ExpiringKind, GroupBy, ItemKind, Metric
from analytics_service.analytics.counting import APPROVED, CANCELLED, PENDING
from analytics_service.analytics.figures import Movement, Period
from analytics_service.analytics.models import EmployeeItem, ExpiringItem
from analytics_service.analytics.selectors.metrics import (
    Cut,
    Group,
    headcount_on,
    level_on,
    movements,
)
from common.reference.models import DepartmentRef, EmployeeRef
from common.security.principal import Principal
from common.security.visible import visible_to

MONTHS = 12
TOP = 5
RowT = TypeVar("RowT", bound=Model)
SOON = 30
"""Days within which something ends soon."""


@dataclass(frozen=True)
class Ending:
    """How many licences or documents end within SOON days, and how many have ended."""

    expiring: int
    expired: int


@dataclass(frozen=True)
class CompanyState:
    """A company (or all of them) at the end of a day; ``months`` are the last twelve, this one so far."""

    year: Movement
    months: Sequence[tuple[str, Movement]]
    departments: Sequence[Group]
    department_count: int
    on_leave: int
    leaves_waiting: int
    licenses: Ending
    documents: Ending


@dataclass(frozen=True)
class OwnState:
    """What concerns the reader: this year's leave and deductions; ``next_leave`` begins today or later."""

    leave_days: Decimal
    leaves_waiting: int
    next_leave: date | None
    deductions: int
    deduction_amount: Decimal


def company_state(person: Principal, company_id: UUID | None, day: date) -> CompanyState:
    """The state of what ``person`` sees, or of one company of it; a fixed number of queries."""
    year, months = movements(Cut(person, GroupBy.MONTH, company_id), Period(_months_before(day), day))
    departments = headcount_on(Cut(person, GroupBy.DEPARTMENT, company_id), day)
    items = _of(company_id, visible_to(person, EmployeeItem.objects.filter(kind=ItemKind.LEAVE)))
    ending = _endings(person, company_id, day)
    return CompanyState(
        year=year,
        months=[(key, month) for key, _name, month in months],
        departments=departments.groups[:TOP],
        department_count=_of(
            company_id, visible_to(person, DepartmentRef.objects.filter(is_active=True))
        ).count(),
        on_leave=int(level_on(Cut(person, GroupBy.NONE, company_id), Metric.ON_LEAVE, day)),
        leaves_waiting=items.filter(status=PENDING).count(),
        licenses=ending[ExpiringKind.LICENSE],
        documents=ending[ExpiringKind.DOCUMENT],
    )


def own_state(person: Principal, day: date) -> OwnState:
    """What concerns the person, by the employment that the account belongs to."""
    employments = visible_to(person, EmployeeRef.objects.filter(user_id=person.id))
    items = EmployeeItem.objects.filter(
        employee_id__in=list(employments.values_list("employee_id", flat=True))
    )
    this_year = Q(starts_on__year=day.year)
    leave, deduction = Q(kind=ItemKind.LEAVE), Q(kind=ItemKind.DEDUCTION) & ~Q(status=CANCELLED)
    found = items.aggregate(
        leave_days=Sum("quantity", filter=this_year & leave & Q(status=APPROVED), default=Decimal()),
        leaves_waiting=Count("id", filter=leave & Q(status=PENDING)),
        deductions=Count("id", filter=this_year & deduction),
        deduction_amount=Sum("quantity", filter=this_year & deduction, default=Decimal()),
    )
    coming = items.filter(leave, status=APPROVED, starts_on__gte=day).order_by("starts_on").first()
    return OwnState(**found, next_leave=coming.starts_on if coming else None)


def _endings(person: Principal, company_id: UUID | None, day: date) -> dict[str, Ending]:
    things = _of(company_id, visible_to(person, ExpiringItem.objects.all()))
    counted = (
        things.filter(expires_on__lte=day + timedelta(days=SOON))
        .values("kind")
        .annotate(
            expiring=Count("id", filter=Q(expires_on__gte=day)),
            expired=Count("id", filter=Q(expires_on__lt=day)),
        )
    )
    found = {row["kind"]: Ending(row["expiring"], row["expired"]) for row in counted}
    return {kind: found.get(kind, Ending(0, 0)) for kind in ExpiringKind.values}


def _of(company_id: UUID | None, rows: QuerySet[RowT]) -> QuerySet[RowT]:
    return rows if company_id is None else rows.filter(company_id=company_id)


def _months_before(day: date) -> date:
    """The first of the month eleven months before."""
    months = day.year * 12 + day.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)
