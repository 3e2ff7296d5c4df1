"""Who is asking, and the names of people, employees and companies from the local copies."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.http import HttpRequest
from django.utils.translation import get_language

from common.reference.models import CompanyRef, EmployeeRef, UserRef
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


def with_person(rows: QuerySet[Any], column: str, name: str) -> QuerySet[Any]:
    """``rows`` with the name of the person whose id is in ``column``, as ``name``."""
    people = UserRef.objects.filter(user_id=OuterRef(column))
    full = NullIf(Trim(Concat("first_name", Value(" "), "last_name")), Value(""))
    named: QuerySet[Any] = rows.annotate(**{name: Subquery(people.values_list(Coalesce(full, "email"))[:1])})
    return named


def with_holder(documents: QuerySet[Any]) -> QuerySet[Any]:
    """Documents with ``holder``, the employee they are about, and ``company_name``."""
    employees = EmployeeRef.objects.filter(employee_id=OuterRef("employee_id"))
    scripts = ("full_name_ar", "full_name_en") if get_language() == "ar" else ("full_name_en", "full_name_ar")
    first, second = (NullIf(script, Value("")) for script in scripts)
    latin = NullIf(Trim(Concat("first_name", Value(" "), "last_name")), Value(""))
    companies = CompanyRef.objects.filter(company_id=OuterRef("company_id"))
    named: QuerySet[Any] = documents.annotate(
        holder=Subquery(employees.values_list(Coalesce(first, second, latin, "number"))[:1]),
        company_name=Subquery(companies.values_list(name_for_reader())[:1]),
    )
    return named


def company_choices(*, active: bool = False) -> list[tuple[str, str]]:
    """Id and name of the companies in sight."""
    companies = CompanyRef.objects.filter(is_active=True) if active else CompanyRef.objects.all()
    return [
        (str(key), name)
        for key, name in companies.order_by("name").values_list("company_id", name_for_reader())
    ]
