"""The list on which HR fills in when papers expire: nobody can be reminded of a date that is not known."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.security.principal import Principal
from common.staff.admin import TenantAdmin
from employee_service.employees.admin.employees import left_to_right
from employee_service.employees.admin.filters import CompanyFilter, DepartmentFilter, chosen_company
from employee_service.employees.admin.names import asking, with_names
from employee_service.employees.models import MissingExpiry
from employee_service.employees.models.expiries import MISSING
from employee_service.employees.selectors.lists import employees_found
from employee_service.employees.selectors.visibility import may_see_pay_of_all
from employee_service.employees.services.employment import employee_update

PAPERS = {"civil_id": _("civil ID"), "passport": _("passport"), "residence": _("residence permit")}
DATES = ("civil_id_expiry", "passport_expiry", "residence_expiry")
# So many rows with three dates each stay below Django's limit of fields in a form.
ROWS_ON_A_PAGE = 50


def missing_visible_to(person: Principal) -> QuerySet[Any]:
    """Employed people who lack a date: of the company whose papers the person may see, or of all.

    By the company itself, so that the index is entered there.
    """
    if person.all_companies:
        return MissingExpiry.objects.all()
    return MissingExpiry.objects.filter(company_id=person.company_id or UUID(int=0))


class PaperFilter(admin.SimpleListFilter):
    """By the paper whose date is missing, each with how many there are."""

    title = _("paper without a date")
    parameter_name = "paper"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The papers, counted within the chosen company."""
        rows = missing_visible_to(asking(request))
        if (company_id := chosen_company(request)) is not None:
            rows = rows.filter(company_id=company_id)
        counts = rows.aggregate(**{paper: Count("id", filter=lacking) for paper, lacking in MISSING.items()})
        return [(paper, format_html("{} ({})", name, counts[paper])) for paper, name in PAPERS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Who lacks the chosen date."""
        lacking = MISSING.get(self.value() or "")
        return queryset if lacking is None else queryset.filter(lacking)


class KnownNumberFilter(admin.SimpleListFilter):
    """Whether the paper's number is known: the paper exists then, and only its date has to be read off it."""

    title = _("number of the paper")
    parameter_name = "number_known"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Known or not, for any of the papers whose date is missing."""
        return [("yes", _("known")), ("no", _("not known either"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with the number of some paper whose date is missing, or without any."""
        numbers = {"civil_id": "civil_id", "passport": "passport_number", "residence": "residence_number"}
        known = Q()
        for paper, number in numbers.items():
            known |= MISSING[paper] & Q(**{f"{number}_mark__isnull": False})
        match self.value():
            case "yes":
                return queryset.filter(known)
            case "no":
                return queryset.exclude(known)
        return queryset


@admin.register(MissingExpiry)
class MissingExpiryAdmin(TenantAdmin):
    """Everyone employed of whom a date is missing; it is typed right into the list."""

    permission_area = "employees"
    list_display = (
        "number", "person_name", "civil_id_number", "civil_id_expiry", "passport",
        "passport_expiry", "residence", "residence_expiry",
    )  # fmt: skip
    list_display_links = None
    list_editable = DATES
    list_filter = (PaperFilter, CompanyFilter, DepartmentFilter, "employee_type", KnownNumberFilter)
    search_fields = ("number",)
    search_help_text = _(
        "The beginning of any part of a name, of a number, e-mail or phone; or all of a civil ID or passport."
    )
    ordering = ("number", "id")
    list_per_page = ROWS_ON_A_PAGE
    list_max_show_all = 0
    actions = None
    # The browser's own field for dates, which needs no room for buttons beside it.
    formfield_overrides = {
        models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
    }

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Titled by what is to be done on it."""
        title = _("Expiry dates to fill in")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Whom the reader may see, with the names of company and department."""
        return with_names(missing_visible_to(asking(request)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As on the list of employees."""
        found = employees_found(queryset, search_term, company_id=asking(request).company_id, papers=True)
        return found, False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """With the company for who serves several."""
        columns = list(self.list_display)
        if asking(request).all_companies:
            columns.insert(3, "company")
        return tuple(map(str, columns))

    @admin.display(description=_("name"), ordering="first_name")
    def person_name(self, employee: MissingExpiry) -> SafeString:
        """The name in both scripts, leading to the employee's page, where everything else is changed."""
        page = reverse("admin:employees_employee_change", args=[employee.pk])
        arabic = employee.full_name_ar
        other = arabic if arabic and arabic != employee.display_name else ""
        return format_html('<a href="{}">{}</a> <bdi>{}</bdi>', page, employee.display_name, other)

    @admin.display(description=_("company"))
    def company(self, employee: Any) -> str:
        """The company's name, or its id while the name is not known here."""
        return employee.company_name or str(employee.company_id)

    @admin.display(description=_("civil ID"))
    def civil_id_number(self, employee: MissingExpiry) -> str:
        """The number, by which HR finds the paper."""
        return self._number(employee.civil_id)

    @admin.display(description=_("passport number"))
    def passport(self, employee: MissingExpiry) -> str:
        """The number, by which HR finds the paper."""
        return self._number(employee.passport_number)

    @admin.display(description=_("residence number"))
    def residence(self, employee: MissingExpiry) -> str:
        """The number, by which HR finds the paper."""
        return self._number(employee.residence_number)

    def _number(self, written: str) -> str:
        return left_to_right(written) if written else self.get_empty_value_display()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see papers of the whole company."""
        return super().has_view_permission(request, obj) and may_see_pay_of_all(asking(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may also see them."""
        return super().has_change_permission(request, obj) and may_see_pay_of_all(asking(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody: people are hired on their own page."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Change the dates by the service."""
        employee_update(
            employee_id=obj.pk, changes={name: form.cleaned_data[name] for name in form.changed_data}
        )
