"""The base of the pages of leaves, deductions, violations and reviews."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.staff.admin import TenantAdmin
from employee_service.employees.admin.filters import CompanyFilter
from employee_service.employees.admin.names import asking, with_account_names, with_company_names
from employee_service.employees.models import Employee
from employee_service.employees.models.records import EmployeeRecord
from employee_service.employees.selectors.lists import employees_found
from employee_service.employees.selectors.visibility import employee_get


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]
    """A record; what has changed goes to a service, by the names of the model's fields."""

    def changes(self) -> dict[str, Any]:
        """The changed values."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class RecordAdmin(TenantAdmin):
    """Records about employees, found by the person; they are not deleted, and their person does not change.

    Subclasses name the columns with accounts in ``accounts`` and the right that adding needs in ``right``.
    """

    form = RecordForm
    right: ClassVar[str]
    accounts: ClassVar[tuple[str, ...]] = ()
    list_display_links = ("employee",)
    list_filter: ClassVar[Any] = (CompanyFilter,)
    list_select_related: ClassVar[Any] = ("employee",)
    search_fields = ("employee__number",)
    search_help_text = _("The beginning of any part of the employee's name, of a number, e-mail or phone.")
    autocomplete_fields: ClassVar[Any] = ("employee",)

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the reader may see."""
        raise NotImplementedError

    def create(self, request: HttpRequest, employee_id: UUID, values: dict[str, Any]) -> EmployeeRecord:
        """Add a record by its service."""
        raise NotImplementedError

    def update(self, request: HttpRequest, record_id: UUID, changes: dict[str, Any]) -> None:
        """Change a record by its service."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the names of companies and accounts."""
        return with_account_names(with_company_names(self.visible(request)), *self.accounts)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As employees are found, in any spelling."""
        if not search_term.strip():
            return queryset, False
        company_id = asking(request).company_id
        found = employees_found(Employee.objects.all(), search_term, company_id=company_id)
        return queryset.filter(employee__in=found.values("id")), False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """With the company for who serves several."""
        columns = list(map(str, self.list_display))
        if asking(request).all_companies:
            columns.insert(1, "company")
        return tuple(columns)

    @admin.display(description=_("company"))
    def company(self, record: Any) -> str:
        """The company's name, or its id while the name is not known here."""
        return getattr(record, "company_name", None) or str(record.company_id or "")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The person stays."""
        fields = tuple(map(str, self.readonly_fields))
        return fields if obj is None else ("employee", *fields)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service, which decides."""
        if change:
            self.update(request, obj.pk, form.changes())
            return
        values = dict(form.cleaned_data)
        employee = employee_get(asking(request), values.pop("employee").pk, self.right)
        created = self.create(request, employee.pk, values)
        obj.pk, obj.company_id = created.pk, created.company_id
        obj._state.adding = False
