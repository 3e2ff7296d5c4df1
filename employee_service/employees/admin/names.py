"""Who is asking, and the names of companies and departments from the local copies."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.http import HttpRequest

from common.reference.models import CompanyRef, DepartmentRef, UserRef
from common.reference.selectors import name_for_reader
from common.security.principal import Principal
from common.staff.models import StaffUser

# Nobody: sees no rows and may do nothing.
NOBODY = Principal(
    id=UUID(int=0), session_id=UUID(int=0), company_id=None, role="", level=0, permissions=frozenset()
)


def asking(request: HttpRequest) -> Principal:
    """The staff member who sent the request, with the rights of their sign-in."""
    return request.user.principal() if isinstance(request.user, StaffUser) else NOBODY


def with_names(employees: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with ``company_name`` and ``department_name``, found for the rows of a page in the same query."""
    companies = CompanyRef.objects.filter(company_id=OuterRef("company_id"))
    departments = DepartmentRef.objects.filter(department_id=OuterRef("department_id"))
    named: QuerySet[Any] = employees.annotate(
        company_name=Subquery(companies.values_list(name_for_reader())[:1]),
        department_name=Subquery(departments.values_list(name_for_reader())[:1]),
    )
    return named


def company_choices(*, active: bool = False) -> list[tuple[str, str]]:
    """Id and name of the companies in sight."""
    companies = CompanyRef.objects.filter(is_active=True) if active else CompanyRef.objects.all()
    return [
        (str(key), name)
        for key, name in companies.order_by("name").values_list("company_id", name_for_reader())
    ]


def department_choices(company_id: UUID | None = None) -> list[tuple[str, str]]:
    """Id and name of the departments in sight, of one company or of all."""
    departments = DepartmentRef.objects.all()
    if company_id is not None:
        departments = departments.filter(company_id=company_id)
    found = departments.order_by("name").values_list("department_id", name_for_reader())
    return [(str(key), name) for key, name in found]


def with_account_names(rows: QuerySet[Any], *columns: str) -> QuerySet[Any]:
    """Rows with the name of the account in each of ``columns``, as ``<column>_name``; empty when not known."""
    name = Trim(Concat("first_name", Value(" "), "last_name"))
    named: QuerySet[Any] = rows.annotate(
        **{
            f"{column}_name": Subquery(
                UserRef.objects.filter(user_id=OuterRef(column)).values_list(
                    Coalesce(NullIf(name, Value("")), "email")
                )[:1]
            )
            for column in columns
        }
    )
    return named


def with_company_names(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with ``company_name``."""
    companies = CompanyRef.objects.filter(company_id=OuterRef("company_id"))
    named: QuerySet[Any] = rows.annotate(company_name=Subquery(companies.values_list(name_for_reader())[:1]))
    return named
