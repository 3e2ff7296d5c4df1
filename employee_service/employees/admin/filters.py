"""What the list of employees is narrowed by; every filter's choices are within the reader's sight."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.days import today
from employee_service.employees.admin.names import asking, company_choices, department_choices
from employee_service.employees.choices import Lifecycle

EXPIRIES = ("civil_id_expiry", "passport_expiry", "residence_expiry")


class LifecycleFilter(admin.SimpleListFilter):
    """Who works here now, unless something else is asked for."""

    title = _("employment")
    parameter_name = "employment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Everyone employed is the default and has no name in the address."""
        return [("left", _("left")), ("archived", _("archived")), ("all", _("everybody"))]

    def choices(self, changelist: Any) -> Any:
        """The stock "All" stands for the default here."""
        default, *others = super().choices(changelist)
        return [{**default, "display": _("employed")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        match self.value():
            case "all":
                return queryset
            case "left":
                return queryset.filter(lifecycle=Lifecycle.ENDED, archived=False)
            case "archived":
                return queryset.filter(archived=True)
        return queryset.filter(lifecycle=Lifecycle.CURRENT)


class CompanyFilter(admin.SimpleListFilter):
    """By company, for those who serve several."""

    title = _("company")
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """None for those who serve one company: the filter is not shown then."""
        return company_choices() if asking(request).all_companies else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen company's rows."""
        company_id = chosen_company(request)
        return queryset.filter(company_id=company_id) if company_id else queryset


def chosen_company(request: HttpRequest) -> UUID | None:
    """The company that :class:`CompanyFilter` narrows the list to."""
    return _uuid(request.GET.get(CompanyFilter.parameter_name, ""))


def _uuid(text: str) -> UUID | None:
    """An address may be typed by hand: what is no id finds nothing, and fails nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None


class DepartmentFilter(admin.SimpleListFilter):
    """By department, or those without one."""

    title = _("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The departments of the company; of the chosen one, for those who serve several."""
        person = asking(request)
        company_id = chosen_company(request) if person.all_companies else person.company_id
        departments = department_choices(company_id) if company_id else []
        return [*departments, ("none", _("without a department"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen department's rows."""
        value = self.value()
        if not value:
            return queryset
        return queryset.filter(department_id=None if value == "none" else _uuid(value))


class ExpiryFilter(admin.SimpleListFilter):
    """By the first of the dates on which a civil ID, a passport or a residence expires."""

    title = _("papers")
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Windows in days, and what needs to be filled in."""
        return [
            ("0", _("expired")),
            ("30", _("expire within 30 days")),
            ("90", _("expire within 90 days")),
            ("missing", _("a date is missing")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of which some date is in the window, or is missing."""
        condition = Q()
        for name in EXPIRIES:
            condition |= self._condition(name)
        return queryset.filter(condition)

    def _condition(self, name: str) -> Q:
        now = today()
        match self.value():
            case "missing":
                return Q(**{name: None})
            case "0":
                return Q(**{f"{name}__lt": now})
            case "30" | "90" as days:
                return Q(**{f"{name}__range": (now, now + timedelta(days=int(days)))})
        return Q()
