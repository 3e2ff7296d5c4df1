"""Employees for HR staff: the list, the page, hiring and the end of employments."""

from typing import Any
from uuid import uuid4

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.contracts.employee import CreateEmployee
from common.days import today
from common.errors import PermissionDeniedError
from common.staff.admin import TenantAdmin
from employee_service.employees.admin.filters import (
    EXPIRIES,
    CompanyFilter,
    DepartmentFilter,
    ExpiryFilter,
    LifecycleFilter,
)
from employee_service.employees.admin.forms import ChangeForm, HireForm, TerminationForm
from employee_service.employees.admin.layout import DATED_CHANGE, HIRE_FIELDS, PAPERS, PAY, PERSON, RECORD
from employee_service.employees.admin.names import asking, with_names
from employee_service.employees.admin.sections import SECTIONS, DeductionInline, links_to_add
from employee_service.employees.choices import Lifecycle
from employee_service.employees.models import Employee
from employee_service.employees.selectors.lists import employees_found
from employee_service.employees.selectors.visibility import (
    employees_visible_to,
    may_see_pay,
    may_see_pay_of_all,
)
from employee_service.employees.services.employment import (
    employee_archive,
    employee_terminate,
    employee_update,
)
from employee_service.employees.services.hiring import employee_hire
from employee_service.employees.services.profiles import profile_update
from employee_service.sagas.create_employee import CreateEmployeeData

MOST_AT_ONCE = 200


@admin.register(Employee)
class EmployeeAdmin(TenantAdmin):
    """Employees by number. Nobody is deleted: an employment is ended, and later archived."""

    permission_area = "employees"
    form = ChangeForm
    list_display = (
        "number", "name", "full_name_ar", "department", "position", "manager", "employment_status",
        "hire_date", "next_expiry", "masked_civil_id",
    )  # fmt: skip
    list_display_links = ("number", "name")
    list_select_related = ("manager",)
    list_filter = (
        LifecycleFilter,
        CompanyFilter,
        DepartmentFilter,
        "employment_status",
        "employment_type",
        "employee_type",
        ExpiryFilter,
    )
    search_fields = ("number",)
    search_help_text = _(
        "The beginning of any part of a name, of a number, e-mail or phone; or all of a civil ID or passport."
    )
    ordering = ("number", "id")
    autocomplete_fields = ("manager",)
    change_form_template = "admin/employees/with_actions.html"
    inlines = SECTIONS
    actions = ("terminate", "archive")
    readonly_fields = (
        "number", "lifecycle", "company", "next_expiry", "termination_date", "exit_interview_conducted",
        "user_id", "old_id", "version", "created_at", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The employees the reader may see, with the names of their company and department."""
        return with_names(employees_visible_to(asking(request)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As the API searches, and by whole civil ID and passport numbers for who may see them."""
        if request.path_info.endswith("/autocomplete/"):
            queryset = queryset.filter(lifecycle=Lifecycle.CURRENT)
        papers = may_see_pay_of_all(asking(request))
        company_id = asking(request).company_id
        return employees_found(queryset, search_term, company_id=company_id, papers=papers), False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """With the company for who serves several, without papers for who may not see them."""
        columns = list(self.list_display)
        if asking(request).all_companies:
            columns.insert(3, "company")
        if not may_see_pay_of_all(asking(request)):
            columns.remove("masked_civil_id")
        return tuple(map(str, columns))

    @admin.display(description=_("name"), ordering="first_name")
    def name(self, employee: Employee) -> str:
        """The name in Latin letters, or what there is."""
        return employee.display_name

    @admin.display(description=_("company"))
    def company(self, employee: Any) -> str:
        """The company's name, or its id while the name is not known here."""
        return getattr(employee, "company_name", None) or str(employee.company_id or "")

    @admin.display(description=_("department"))
    def department(self, employee: Any) -> str:
        """The department's name, or its id while the name is not known here."""
        return employee.department_name or str(employee.department_id or self.get_empty_value_display())

    @admin.display(description=_("next expiry in days"))
    def next_expiry(self, employee: Employee) -> str:
        """Days until the first of the papers expires; negative when it has."""
        dates = [date for date in (getattr(employee, field) for field in EXPIRIES) if date is not None]
        if not dates:
            return self.get_empty_value_display()
        return left_to_right((min(dates) - today()).days)

    @admin.display(description=_("civil ID"))
    def masked_civil_id(self, employee: Employee) -> str:
        """The last three digits: enough to tell two apart in a list."""
        if not employee.civil_id:
            return self.get_empty_value_display()
        return left_to_right(f"••••{employee.civil_id[-3:]}")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, told who fills it in."""
        base = super().get_form(request, obj, change, **{"form": self.form if change else HireForm, **kwargs})
        return type(base.__name__, (base,), {"person": asking(request)})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Pay and papers only for who may see them."""
        person = asking(request)
        if obj is None:
            company = ("company",) if person.all_companies else ()
            return [(None, {"fields": [*company, *HIRE_FIELDS]})]
        confidential = (PAPERS, PAY) if may_see_pay_of_all(person) else ()
        record = (DATED_CHANGE,) if self.has_change_permission(request, obj) else ()
        return [*PERSON, *confidential, *record, RECORD]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A new employee's number may be given; pay is for who may change pay."""
        if obj is None:
            return ()
        fields = tuple(map(str, self.readonly_fields))
        if obj.lifecycle != Lifecycle.ENDED:
            fields += ("termination_reason",)
        return fields if asking(request).may("payroll:edit") else (*fields, "salary")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """A person to be hired has neither profile nor lines yet; deductions are pay."""
        if obj is None:
            return ()
        pay = may_see_pay(asking(request), obj)
        return [section for section in self.inlines if pay or section is not DeductionInline]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_terminate_permission(self, request: HttpRequest) -> bool:
        """Whoever the API lets DELETE an employee."""
        return bool(request.user.has_perm("employees.delete_employee"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Change by the service; a new employee is hired by the saga."""
        if change:
            employee_update(
                employee_id=obj.pk,
                changes=form.changes(),
                effective_date=form.cleaned_data["effective_date"],
                reason=form.cleaned_data["change_reason"],
            )
            return
        data = _hire_data(form)
        obj.pk, obj.company_id = data.employee.employee_id, data.employee.company_id
        saga = employee_hire(data, actor_id=asking(request).id)
        request._saga_of_hire = saga  # type: ignore[attr-defined]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The profile, by its service; lines are not written here."""
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for profile in formset.forms:
            if profile.has_changed():
                profile_update(employee_id=form.instance.pk, changes=profile.changes())
                formset.changed_objects.append((profile.instance, profile.changed_data))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """To the page where the hire can be watched."""
        saga = request._saga_of_hire  # type: ignore[attr-defined]
        self.message_user(request, _("The hire has begun; this page shows how it goes."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:sagas_sagainstance_change", args=[saga.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With buttons for the actions that fit the employee."""
        employee = self.get_object(request, object_id)
        actions = []
        if employee is not None and self.has_terminate_permission(request):
            if employee.lifecycle == Lifecycle.CURRENT:
                actions.append(("terminate", _("End the employment")))
            elif not employee.archived:
                actions.append(("archive", _("Archive")))
        return super().change_view(
            request,
            object_id,
            form_url,
            {
                **(extra_context or {}),
                "record_actions": actions,
                "actions_url": f"{reverse('admin:employees_employee_changelist')}?employment=all",
                "record_links": links_to_add(request, object_id) if employee is not None else (),
            },
        )

    @admin.action(description=_("End the selected employments"), permissions=["terminate"])
    def terminate(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask for the last day and the reason, then end all of them or none."""
        employees = list(queryset.filter(lifecycle=Lifecycle.CURRENT)[: MOST_AT_ONCE + 1])
        if not self._some_but_not_too_many(request, employees):
            return None
        form = TerminationForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            for employee in employees:
                employee_terminate(employee_id=employee.pk, **form.cleaned_data)
                self.log_change(request, employee, _("Employment ended."))
            sentence = ngettext("%(count)d employment ended.", "%(count)d employments ended.", len(employees))
            self.message_user(request, sentence % {"count": len(employees)}, messages.SUCCESS)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("End employments"),
            "opts": self.opts,
            "employees": employees,
            "form": form,
            "back": request.get_full_path(),
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/employees/employee/terminate.html", context)

    @admin.action(description=_("Archive the selected former employees"), permissions=["terminate"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Take them out of the everyday lists; who still works here is refused."""
        employees = list(queryset[: MOST_AT_ONCE + 1])
        if not self._some_but_not_too_many(request, employees):
            return
        for employee in employees:
            employee_archive(employee_id=employee.pk)
            self.log_change(request, employee, _("Archived."))
        sentence = ngettext(
            "%(count)d record was archived.", "%(count)d records were archived.", len(employees)
        )
        self.message_user(request, sentence % {"count": len(employees)}, messages.SUCCESS)

    def _some_but_not_too_many(self, request: HttpRequest, employees: list[Any]) -> bool:
        if not employees:
            self.message_user(request, _("Nobody among the selected works here now."), messages.WARNING)
        elif len(employees) > MOST_AT_ONCE:
            sentence = _("Select at most %(count)d people at once.") % {"count": MOST_AT_ONCE}
            self.message_user(request, sentence, messages.ERROR)
        else:
            return True
        return False


def left_to_right(text: object) -> str:
    """``text`` in its own direction: among Arabic letters a sign before a number would stand behind it."""
    return format_html('<span dir="ltr">{}</span>', text)


def _hire_data(form: HireForm) -> CreateEmployeeData:
    given = dict(form.cleaned_data)
    manager, salary = given.pop("manager", None), given.pop("salary", None)
    company_id = given.pop("company", None) or form.person.company_id
    if company_id is None:
        raise PermissionDeniedError
    return CreateEmployeeData(
        employee=CreateEmployee(
            employee_id=uuid4(),
            user_id=uuid4(),
            company_id=company_id,
            manager_id=getattr(manager, "pk", None),
            salary=None if salary is None else str(salary),
            **given,
        )
    )
