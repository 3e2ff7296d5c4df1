"""Reads of the company service. They see what the scope of the transaction shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from common.search import company_name_folded, fold
from company_service.companies.exceptions import CompanyNotFoundError, DepartmentNotFoundError
from company_service.companies.models import (
    Company,
    CompanySetting,
    Department,
    HeadcountEntry,
    HeadcountTotal,
)


@dataclass(frozen=True)
class CompanyStatistics:
    """What this service knows about the size of a company."""

    company_id: UUID
    headcount: int
    departments_count: int
    last_updated: datetime


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


def _headcount() -> Combinable:
    total = HeadcountTotal.objects.filter(company=OuterRef("pk")).values("total")
    entries = HeadcountEntry.objects.filter(company=OuterRef("pk"), folded=False).order_by().values("company")
    waiting = entries.annotate(change=Sum("delta")).values("change")
    return Coalesce(Subquery(total), 0) + Coalesce(Subquery(waiting), 0)


def department_list(
    *, company_id: UUID, search: str = "", is_active: bool | None = None
) -> QuerySet[Department]:
    """A company's departments from A to Z, with ``employee_count``; raises CompanyNotFoundError."""
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    departments = with_employee_count(Department.objects.filter(company_id=company_id))
    if fold(search):
        departments = departments.filter(
            Q(name_folded__folded_prefix=search) | Q(name_ar_folded__folded_prefix=search)
        )
    if is_active is not None:
        departments = departments.filter(is_active=is_active)
    return departments.order_by("name_folded", "id")


def department_get(department_id: UUID) -> Department:
    """The department with ``employee_count``; raises DepartmentNotFoundError, also for another company's."""
    department = with_employee_count(Department.objects.filter(pk=department_id)).first()
    if department is None:
        raise DepartmentNotFoundError
    return department


def with_employee_count(departments: QuerySet[Department]) -> QuerySet[Department]:
    """``departments`` with ``employee_count``, the people directly in each by the headcount ledger."""
    entries = (
        HeadcountEntry.objects.filter(company=OuterRef("company_id"), department_id=OuterRef("pk"))
        .order_by()
        .values("department_id")
    )
    count = Subquery(entries.annotate(change=Sum("delta")).values("change"), output_field=IntegerField())
    return departments.annotate(**{"employee_count": Coalesce(count, 0)})


def department_tree() -> QuerySet[Department]:
    """Departments as trees, company by company, with ``depth`` (1 at the top) and their company's row."""
    path = Func("id", function="department_path", output_field=ArrayField(TextField()))
    depth = Func("path", function="cardinality", output_field=IntegerField()) / 2
    departments = Department.objects.select_related("company").annotate(path=path)
    return departments.annotate(**{"depth": depth}).order_by("company__name_folded", "company_id", "path")


def department_ancestors(department_id: UUID) -> list[UUID]:
    """The department itself and every department it is inside of, from the inside out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE up(id, parent_id, level) AS ("
            " SELECT id, parent_id, 0 FROM departments WHERE id = %s"
            " UNION ALL"
            " SELECT d.id, d.parent_id, level + 1 FROM departments d JOIN up ON d.id = up.parent_id)"
            " CYCLE id SET seen USING path"
            " SELECT id FROM up WHERE NOT seen ORDER BY level",
            [department_id],
        )
        return [row[0] for row in cursor.fetchall()]


def setting_list(*, company_id: UUID, key: str = "", only_public: bool = False) -> QuerySet[CompanySetting]:
    """A company's settings by key; raises CompanyNotFoundError."""
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    settings = CompanySetting.objects.filter(company_id=company_id).order_by("key")
    if key:
        settings = settings.filter(key=key)
    return settings.filter(is_public=True) if only_public else settings
