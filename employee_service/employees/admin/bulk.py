"""Bulk hires for HR staff: how far each is, what became of its rows, and another try for what was undone."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.errors import DomainError
from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader
from common.sagas.wording import error_sentence
from common.staff.operators import OperatorAdmin
from employee_service.employees.admin.filters import CompanyFilter
from employee_service.employees.models import BulkHire, BulkHireRow
from employee_service.employees.selectors.bulk import progress_of, state_of, status_of_row, with_progress
from employee_service.employees.services.bulk import bulk_hire_retry

LIST = "admin:employees_bulkhire_changelist"
PAGE = "admin:employees_bulkhire_change"


class OpenFilter(admin.SimpleListFilter):
    """Under way or ended."""

    title = _("progress")
    parameter_name = "progress"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The two."""
        return [("open", _("under way")), ("ended", _("finished"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen jobs."""
        return queryset.filter(finished_at__isnull=self.value() == "open") if self.value() else queryset


class HiringAdmin(OperatorAdmin):
    """For whoever may hire."""

    permission_area = "employees"
    permission_verbs = {"view": "create", "change": "create"}


@admin.register(BulkHire)
class BulkHireAdmin(HiringAdmin):
    """A request to hire many people."""

    list_display = (
        "__str__", "company", "state", "total", "refused", "waiting", "running", "hired", "undone", "parked",
        "created_at", "finished_at",
    )  # fmt: skip
    list_filter = (OpenFilter, CompanyFilter)
    ordering = ("-created_at", "-id")
    change_form_template = "admin/employees/bulkhire/change_form.html"
    fieldsets = (
        (None, {"fields": (("company", "state"), ("on_error", "created_at", "finished_at"))}),
        (
            _("Rows"),
            {"fields": (("total", "refused"), ("waiting", "running", "parked"), ("hired", "undone"))},
        ),
        (_("For operators"), {"classes": ("collapse",), "fields": ("job_id", "actor_id", "due_at")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the progress, and the company's name from the local copy."""
        name = CompanyRef.objects.filter(company_id=OuterRef("company_id")).values_list(name_for_reader())
        jobs: QuerySet[Any] = super().get_queryset(request)
        named: QuerySet[Any] = with_progress(jobs).annotate(company_name=Subquery(name))
        return named

    @admin.display(description=_("company"))
    def company(self, job: Any) -> str:
        """The company's name, or its id where the name is not known here."""
        return job.company_name or str(job.company_id)

    @admin.display(description=_("id"))
    def job_id(self, job: Any) -> str:
        """The id that the API knows it by."""
        return str(job.pk)

    @admin.display(description=_("state"))
    def state(self, job: Any) -> str:
        """What its rows say."""
        return str(state_of(job, progress_of(job)).label)

    @admin.display(description=_("waiting"))
    def waiting(self, job: Any) -> int:
        """Rows that are not started yet."""
        return progress_of(job).waiting

    @admin.display(description=_("running"))
    def running(self, job: Any) -> int:
        """Rows that are being hired."""
        return progress_of(job).running

    @admin.display(description=_("hired"))
    def hired(self, job: Any) -> int:
        """Rows that are employees now."""
        return progress_of(job).completed

    @admin.display(description=_("undone"))
    def undone(self, job: Any) -> int:
        """Rows whose hire was refused and undone."""
        return progress_of(job).compensated

    @admin.display(description=_("waiting for an operator"))
    def parked(self, job: Any) -> int:
        """Rows whose saga needs a hand."""
        return progress_of(job).parked

    def get_urls(self) -> list[URLPattern]:
        """The page that asks before a retry, beside the stock ones."""
        view = self.admin_site.admin_view(self.retry)
        return [path("<uuid:job_id>/retry/", view, name="bulk_hire_admin_retry"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With links to the rows, and to another try when some were undone."""
        job = self.get_object(request, object_id)
        buttons = []
        if job is not None:
            rows = reverse("admin:employees_bulkhirerow_changelist")
            buttons.append({"url": f"{rows}?job__id__exact={job.pk}", "label": _("Rows")})
        if job is not None and progress_of(job).compensated and self.may_operate(request):
            address = reverse("admin:bulk_hire_admin_retry", args=[job.pk])
            buttons.append({"url": address, "label": _("Try the undone rows again")})
        context = {**(extra_context or {}), "job_buttons": buttons}
        return super().change_view(request, object_id, form_url, context)

    def retry(self, request: HttpRequest, job_id: UUID) -> HttpResponse:
        """Show what would be started again, then do it."""
        job = get_object_or_404(self.get_queryset(request), pk=job_id)
        back = reverse(PAGE, args=[job_id])
        if not self.may_operate(request):
            self.message_user(request, _("You are not allowed to do this."), messages.ERROR)
            return HttpResponseRedirect(back)
        if request.method == "POST":
            self._retry(request, job_id)
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Try the undone rows again"),
            "opts": self.opts,
            "job": job,
            "undone": progress_of(job).compensated,
            "back": back,
        }
        return TemplateResponse(request, "admin/employees/bulkhire/retry.html", context)

    def _retry(self, request: HttpRequest, job_id: UUID) -> None:
        try:
            count = bulk_hire_retry(job_id)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return
        sentence = ngettext("%(count)d row starts again.", "%(count)d rows start again.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)


class StatusFilter(admin.SimpleListFilter):
    """By what became of the row."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Every status."""
        return list(BulkHireRow.Status.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(BulkHireRow)
class BulkHireRowAdmin(HiringAdmin):
    """Rows, reached from their job. What was asked for is not shown: pay is in it."""

    list_display = ("number", "email", "status", "attempt", "saga_link", "employee_link", "error")
    list_display_links = None
    list_filter = (StatusFilter,)
    search_fields = ("email__startswith",)
    search_help_text = _("The beginning of an e-mail address.")
    ordering = ("job", "number")
    fields = ("number", "email", "status", "attempt", "saga_link", "employee_link", "error")

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Not in the menu."""
        return {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With status and saga."""
        rows: QuerySet[Any] = super().get_queryset(request)
        found: QuerySet[Any] = rows.annotate(status=status_of_row()).select_related("saga")
        return found.defer("data", "saga__data", "saga__results")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """The link from the job narrows by it."""
        return lookup == "job__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("status"))
    def status(self, row: Any) -> str:
        """In words."""
        return str(BulkHireRow.Status(row.status).label)

    @admin.display(description=_("saga"))
    def saga_link(self, row: Any) -> str:
        """To the page where the hire can be watched and helped."""
        if row.saga is None:
            return self.get_empty_value_display()
        address = reverse("admin:sagas_sagainstance_change", args=[row.saga_id])
        return format_html('<a href="{}">{}</a>', address, str(row.saga_id)[:8])

    @admin.display(description=_("employee"))
    def employee_link(self, row: Any) -> str:
        """To the record, once the person is hired."""
        if row.status != BulkHireRow.Status.COMPLETED:
            return self.get_empty_value_display()
        address = reverse("admin:employees_employee_change", args=[row.employee_id])
        return format_html('<a href="{}">{}</a>', address, str(row.employee_id)[:8])

    @admin.display(description=_("error"))
    def error(self, row: Any) -> str:
        """What the client was told: by field for a row that was refused at once."""
        if row.error_code:
            found = ((name, said) for name, said in row.error_details.items() if isinstance(said, list))
            return "; ".join(f"{name}: {' '.join(map(str, said))}" for name, said in found)
        return error_sentence(row.saga) if row.saga is not None and row.saga.error_code else ""
