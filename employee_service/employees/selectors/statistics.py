"""Numbers about a company's employees, each by the rule that the lists go by."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from common.days import today
from common.security.encryption.reading import opened_values
from common.security.principal import Principal
from employee_service.employees.choices import WORKING, Lifecycle
from employee_service.employees.models import Employee
from employee_service.employees.selectors.visibility import employees_visible_to, may_see_pay_of_all


@dataclass(frozen=True)
class EmployeeStatistics:
    """Counts of the people a reader may see; salaries in KWD, None when the reader may not see pay.

    ``total`` is everyone employed now, which is the company's headcount; ``active`` leaves out the inactive.
    Both distributions count those of ``total``; people without a department are under no key.
    """

    company_id: UUID
    total: int
    active: int
    new_hires_this_month: int
    terminations_this_month: int
    average_salary: Decimal | None
    lowest_salary: Decimal | None
    highest_salary: Decimal | None
    departments: dict[str, int]
    employment_types: dict[str, int]
    taken_at: datetime


def employee_statistics(person: Principal, company_id: UUID) -> EmployeeStatistics:
    """The statistics of one company, over the employees that the person may see."""
    employees = employees_visible_to(person).filter(company_id=company_id)
    current = Q(lifecycle=Lifecycle.CURRENT)
    month = today().replace(day=1)
    following = _month_after(month)
    numbers = employees.aggregate(
        total=Count("id", filter=current),
        active=Count("id", filter=current & Q(employment_status__in=WORKING)),
        hires=Count("id", filter=Q(hire_date__gte=month, hire_date__lt=following)),
        leavers=Count("id", filter=Q(termination_date__gte=month, termination_date__lt=following)),
    )
    employed = employees.filter(current)
    pay = _pay(employed) if may_see_pay_of_all(person) else None
    return EmployeeStatistics(
        company_id=company_id,
        total=numbers["total"],
        active=numbers["active"],
        new_hires_this_month=numbers["hires"],
        terminations_this_month=numbers["leavers"],
        average_salary=sum(pay, Decimal(0)) / len(pay) if pay else None,
        lowest_salary=min(pay) if pay else None,
        highest_salary=max(pay) if pay else None,
        departments=_distribution(employed.exclude(department_id=None), "department_id"),
        employment_types=_distribution(employed, "employment_type"),
        taken_at=timezone.now(),
    )


def _pay(employees: QuerySet[Employee]) -> list[Decimal]:
    """The salaries, which the database cannot read."""
    return list(opened_values(employees, "salary"))


def _distribution(employees: QuerySet[Employee], field: str) -> dict[str, int]:
    counted = employees.order_by().values_list(field).annotate(Count("id"))
    return {str(value): count for value, count in counted}


def _month_after(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
