"""Lists of employees, their profiles and lines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.expressions import Combinable

from common.reference.models import CompanyRef
from common.search import fold
from common.security.encryption.fields import encrypted_field
from common.security.encryption.marks import mark_for
from common.security.principal import Principal
from employee_service.employees.choices import WORKING, Lifecycle
from employee_service.employees.models import Employee, EmployeeProfile, Relationship, SearchTerm
from employee_service.employees.selectors.visibility import employees_visible_to

FILTERS = ("company_id", "department_id", "employment_status", "employment_type")


def employees_list(person: Principal, filters: Mapping[str, Any]) -> QuerySet[Employee]:
    """The employees a person may see; archived ones are not listed.

    ``filters`` may narrow by FILTERS, by ``is_active`` (a boolean) and by ``search`` (see employees_found).
    """
    wanted = {name: filters[name] for name in FILTERS if name in filters}
    employees = employees_visible_to(person).filter(archived=False, **wanted)
    if "is_active" in filters:
        employees = employees.filter(_active(filters["is_active"]))
    company_id = filters.get("company_id", person.company_id)
    return employees_found(employees, filters.get("search", ""), company_id=company_id)


def _active(wanted: bool) -> Q:
    working = Q(employment_status__in=WORKING)
    return working if wanted else ~working


def works_here() -> Combinable:
    """Whether an employee works here now; the same as :attr:`Employee.is_active`."""
    condition = Q(lifecycle=Lifecycle.CURRENT, employment_status__in=WORKING)
    return ExpressionWrapper(condition, output_field=BooleanField())


def employees_found(
    employees: QuerySet[Employee], text: str, *, company_id: UUID | None = None, papers: bool = False
) -> QuerySet[Employee]:
    """Those of ``employees`` with a name, a part of a name, a number, an e-mail or a phone that begins so.

    Spelling is forgiven as :func:`common.search.fold` says. With ``company_id`` one index range answers it.
    ``papers`` also finds by the whole number of a civil ID or a passport, for readers who may see those.
    """
    if not fold(text):
        return employees
    terms = SearchTerm.objects.filter(term__folded_prefix=text)
    if company_id is not None:
        terms = terms.filter(company_id=company_id)
    condition = Q(id__in=terms.values("employee_id"))
    if papers:
        condition |= _has_paper(text, company_id)
    return employees.filter(condition)


def _has_paper(text: str, company_id: UUID | None) -> Q:
    """Has this civil ID or passport: by its marks, which every company has its own of."""
    companies = (
        [company_id] if company_id is not None else CompanyRef.objects.values_list("company_id", flat=True)
    )
    numbers = {"civil_id": fold(text), "passport_number": text.strip()}
    found = Q(pk__in=[])
    for name, number in numbers.items():
        if len(number) <= (encrypted_field(Employee, name).max_length or 0):
            marks = [mark_for(Employee, name, number, company) for company in companies]
            found |= Q(**{f"{name}_mark__in": marks})
    return found


def profile_of(employee: Employee) -> EmployeeProfile:
    """The employee's profile; an empty one, not stored, when nothing was written yet."""
    profile = EmployeeProfile.objects.filter(company_id=employee.company_id, employee=employee).first()
    if profile is not None:
        return profile
    return EmployeeProfile(
        company_id=employee.company_id,
        employee=employee,
        created_at=employee.created_at,
        updated_at=employee.created_at,
    )


def relationships_of(employee: Employee) -> QuerySet[Relationship]:
    """The lines from an employee to others, present and past."""
    return Relationship.objects.filter(company_id=employee.company_id, employee=employee)
