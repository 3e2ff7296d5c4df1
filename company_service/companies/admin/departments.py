"""Departments for HR staff; every change goes through a service."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.reference.models import EmployeeRef
from common.search import fold
from common.staff.admin import TenantAdmin
from company_service.companies import selectors, services
from company_service.companies.admin.inlines import indented
from company_service.companies.admin.parts import CompanyFilter, own_company, starting_with, take_key
from company_service.companies.models import Department

NO_COMPANY = UUID(int=0)


class DepartmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A department; people know its manager by number and name, and not by id."""

    company_of_staff: UUID | None = None
    manager_number = forms.CharField(label=_("manager (employee number)"), max_length=50, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        manager = EmployeeRef.objects.filter(employee_id=self.instance.manager_id).first()
        if manager is not None and "manager_number" in self.fields:
            self.initial["manager_number"] = manager.number
            self.fields["manager_number"].help_text = str(manager)

    def clean(self) -> dict[str, Any]:
        """The id behind the number, among the department's company."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        number = values.get("manager_number", "").strip()
        company = getattr(values.get("company"), "pk", None) or self.instance.company_id
        found = EmployeeRef.objects.filter(
            company_id=company or self.company_of_staff or NO_COMPANY, number=number
        )
        values["manager_id"] = found.values_list("employee_id", flat=True).first() if number else None
        if number and values["manager_id"] is None:
            self.add_error("manager_number", _("The company has no employee of this number."))
        return values


@admin.register(Department)
class DepartmentAdmin(TenantAdmin):
    """Departments as a tree; who may edit employees may edit them."""

    form = DepartmentForm
    permission_area = "employees"
    permission_verbs = {"add": "edit", "delete": "edit"}
    list_display = ("in_tree", "name_ar", "company", "employee_count", "is_active")
    list_filter = (CompanyFilter, "is_active")
    list_select_related = ("company",)
    search_fields = ("name_folded", "name_ar_folded")
    search_help_text = _("The beginning of the name, in Arabic or Latin letters.")
    autocomplete_fields = ("company", "parent")
    readonly_fields = ("id", "employee_count", "created_at", "updated_at")
    fields = (
        "company", "parent", "name", "name_ar", "description", "manager_number", "budget", "is_active",
        "employee_count", "id", "created_at", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        return selectors.with_employee_count(selectors.department_tree())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        start = fold(search_term)
        return queryset.filter(starting_with(start, *self.search_fields)) if start else queryset, False

    @admin.display(description=_("department"))
    def in_tree(self, department: Any) -> str:
        """The name, as far in as the department is deep."""
        return indented(department)

    @admin.display(description=_("employees"), ordering="employee_count")
    def employee_count(self, department: Any) -> str:
        """The people directly in it, by the headcount ledger."""
        return str(getattr(department, "employee_count", self.get_empty_value_display()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A department stays in its company.
        return (*self.readonly_fields, "company") if obj is not None else self.readonly_fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is not None:
            return self.fields
        # Nothing is known yet of what is only shown, and whoever serves one company adds to that one.
        own = own_company(request) is not None
        hidden = {*self.readonly_fields, *(["company"] if own else [])}
        return tuple(name for name in self.fields if name not in hidden)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With the company of whoever serves one only."""
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.company_of_staff = own_company(request)
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        names = form.changed_data if change else form.fields
        given = {name: form.cleaned_data[name] for name in names if name not in {"company", "manager_number"}}
        if "manager_number" in names:
            given["manager_id"] = form.cleaned_data["manager_id"]
        if "parent" in given:
            given["parent_id"] = getattr(given.pop("parent"), "pk", None)
        if change:
            services.department_update(department_id=obj.pk, **given)
            return
        company = form.cleaned_data.get("company")
        company_id: Any = company.pk if company is not None else own_company(request)
        take_key(obj, services.department_create(company_id=company_id, **given))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        services.department_delete(department_id=obj.pk)
