"""Reads of departments."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from common.search import fold
from company_service.companies.exceptions import CompanyNotFoundError, DepartmentNotFoundError
from company_service.companies.models import Company, Department, HeadcountEntry


def department_list(
    *, company_id: UUID, search: str = "", is_active: bool | None = None
) -> QuerySet[Department]:
    """A company's departments; raises CompanyNotFoundError."""
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    departments = Department.objects.filter(company_id=company_id)
    if fold(search):
        departments = departments.filter(
            Q(name_folded__folded_prefix=search) | Q(name_ar_folded__folded_prefix=search)
        )
    if is_active is not None:
        departments = departments.filter(is_active=is_active)
    return departments


def department_get(department_id: UUID) -> Department:
    """The department with ``employee_count``; raises DepartmentNotFoundError, also for another company's."""
    department = with_employee_count(Department.objects.filter(pk=department_id)).first()
    if department is None:
        raise DepartmentNotFoundError
    return department


def with_employee_count(departments: QuerySet[Department]) -> QuerySet[Department]:
    """``departments`` with ``employee_count``."""
    return departments.annotate(**{"employee_count": employee_count()})


def employee_count() -> Combinable:
    """The people directly in a department, by the headcount ledger."""
    entries = (
        HeadcountEntry.objects.filter(company=OuterRef("company_id"), department_id=OuterRef("pk"))
        .order_by()
        .values("department_id")
    )
    count = Subquery(entries.annotate(change=Sum("delta")).values("change"), output_field=IntegerField())
    return Coalesce(count, 0)


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
