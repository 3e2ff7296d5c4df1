"""The stored events and what is counted from them; the consumers write them, nobody edits them."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from analytics_service.analytics.choices import ReportStatus
from analytics_service.analytics.downloads import report_download
from analytics_service.analytics.models import (
    CachedMetric,
    EmployeeItem,
    EmploymentFact,
    ExpiringItem,
    Report,
    StoredEvent,
)
from analytics_service.analytics.selectors.reports import report_with_file
from analytics_service.analytics.services.reports import report_run_again
from common.contracts.base import catalogue
from common.errors import DomainError
from common.privacy.choices import Door
from common.reference.models import CompanyRef, EmployeeRef, UserRef
from common.reference.selectors import name_for_reader
from common.security.visible import visible_to
from common.staff.operators import OperatorAdmin

LONGEST_LIST = 10_000
# The first page says what waits here.
admin.site.index_template = "analytics/home.html"


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than LONGEST_LIST rows: nobody turns a thousand pages, and counting millions takes long."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by().values_list("pk", flat=True)[:LONGEST_LIST])


class EventTypeFilter(admin.SimpleListFilter):
    """The types of the catalogue: asking the table which ones it holds would read all of it."""

    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(catalogue())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StoredEvent]) -> QuerySet[StoredEvent]:
        return queryset.filter(type=self.value()) if self.value() else queryset


class FigureAdmin(OperatorAdmin):
    """Rows of companies: the names come from the local copies, ids are searched as ids."""

    permission_area = "reports"
    paginator = ShortPaginator
    id_fields: ClassVar[tuple[str, ...]] = ()
    # What makes the search box appear; the search itself is below.
    search_fields = ("pk",)
    search_help_text = _("An id.")

    def get_queryset(self, request: HttpRequest) -> Any:
        # The company by a filter as well as by the policy, which no index serves.
        person: Any = request.user
        rows: QuerySet[Model] = visible_to(person.principal(), super().get_queryset(request))
        companies = CompanyRef.objects.filter(company_id=OuterRef("company_id"))
        return rows.annotate(
            company_name=Subquery(companies.annotate(label=name_for_reader()).values("label"))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        try:
            wanted = forms.UUIDField().clean(search_term)
        except forms.ValidationError:
            return queryset.none(), False
        condition = Q()
        for name in self.id_fields:
            condition |= Q(**{name: wanted})
        return queryset.filter(condition), False

    @admin.display(description=_("company"))
    def company(self, row: Any) -> str:
        """The company's name, as far as it is known here."""
        return row.company_name or str(row.company_id or self.get_empty_value_display())


class PersonAdmin(FigureAdmin):
    """Rows about people, whose names only those see who may take them out of the system."""

    permission_verbs = {"view": "export"}

    def get_queryset(self, request: HttpRequest) -> Any:
        people = EmployeeRef.objects.filter(employee_id=OuterRef("employee_id"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                person_number=Subquery(people.values("number")),
                person_name=Subquery(people.values("full_name_en")),
                person_first=Subquery(people.values("first_name")),
                person_last=Subquery(people.values("last_name")),
            )
        )

    @admin.display(description=_("employee"))
    def employee(self, row: Any) -> str:
        """The number and name, as far as they are known here."""
        name = row.person_name or f"{row.person_first or ''} {row.person_last or ''}".strip()
        return f"{row.person_number or ''} {name}".strip() or str(row.employee_id)


@admin.register(StoredEvent)
class StoredEventAdmin(FigureAdmin):
    """Every event of the other services; their contents name people, so seeing them takes an export right."""

    permission_verbs = {"view": "export"}
    list_display = ("type", "producer", "position", "company", "aggregate_id", "actor_id", "occurred_at")
    list_filter = ("producer", EventTypeFilter, "occurred_at")
    id_fields = ("aggregate_id", "id")
    search_help_text = _("The id of an event, or of what it is about.")
    ordering = ("-occurred_at", "-id")


@admin.register(Report)
class ReportAdmin(FigureAdmin):
    """The reports that somebody asked for: how far they are, their files, and another try."""

    list_display = ("kind", "company", "status", "rows", "format", "person", "created_at", "file_link")
    list_filter = ("status", "kind", "format", "created_at")
    id_fields = ("id", "requested_by")
    ordering = ("-created_at", "-id")
    actions = ("run_again",)
    exclude = ("file",)
    readonly_fields = ("person", "file_link")

    def get_queryset(self, request: HttpRequest) -> Any:
        people = UserRef.objects.filter(user_id=OuterRef("requested_by"))
        return super().get_queryset(request).annotate(person_email=Subquery(people.values("email")))

    def get_urls(self) -> list[URLPattern]:
        download = path(
            "<uuid:report_id>/download/",
            self.admin_site.admin_view(self.download),
            name="analytics_report_download",
        )
        return [download, *super().get_urls()]

    def has_run_again_permission(self, request: HttpRequest) -> bool:
        """Whoever may ask for a report may ask again."""
        return _may(request, "reports:create")

    @admin.display(description=_("requested by"))
    def person(self, report: Any) -> str:
        """The person's address, as far as it is known here."""
        return report.person_email or str(report.requested_by)

    @admin.display(description=_("file"))
    def file_link(self, report: Any) -> str:
        """The file of a report that has one."""
        if report.status != ReportStatus.READY:
            return str(self.get_empty_value_display())
        address = reverse("admin:analytics_report_download", args=[report.pk])
        return format_html('<a href="{}">{}</a>', address, _("Download"))

    def download(self, request: HttpRequest, report_id: UUID) -> Any:
        """The file, for those who may take data out."""
        if not _may(request, "reports:export"):
            raise PermissionDenied
        person: Any = request.user
        try:
            report = report_with_file(person.principal(), report_id)
            return report_download(report, request=request, person=person.principal(), door=Door.ADMIN)
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:analytics_report_changelist"))

    @admin.action(description=_("Write the selected reports again"), permissions=["run_again"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Report]) -> HttpResponse | None:
        """Write them anew; those that still wait or are being written stay as they are."""
        ended = queryset.exclude(status__in=[ReportStatus.PENDING, ReportStatus.RUNNING])
        count = 0
        for report_id in list(ended.values_list("pk", flat=True)):
            report_run_again(report_id)
            count += 1
        sentence = ngettext(
            "%(count)d report is written again.", "%(count)d reports are written again.", count
        )
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)
        return None


@admin.register(CachedMetric)
class CachedMetricAdmin(FigureAdmin):
    """How the figures changed, by company and day."""

    list_display = ("day", "metric", "company", "dimension", "member", "value")
    list_filter = ("metric", "dimension", "day")
    id_fields = ("company_id",)
    search_help_text = _("A company's id.")
    date_hierarchy = "day"
    ordering = ("-day", "metric", "id")


@admin.register(EmploymentFact)
class EmploymentFactAdmin(PersonAdmin):
    """Who is counted from when to when."""

    list_display = ("employee", "company", "nationality", "joined_on", "left_on")
    list_filter = ("joined_on", "left_on", "is_counted")
    id_fields = ("employee_id", "company_id")
    ordering = ("-joined_on", "employee_id")


@admin.register(EmployeeItem)
class EmployeeItemAdmin(PersonAdmin):
    """Leaves and deductions, as they were last told of."""

    list_display = ("employee", "company", "kind", "type", "status", "starts_on", "ends_on", "quantity")
    list_filter = ("kind", "status", "starts_on")
    id_fields = ("employee_id", "company_id", "id")
    ordering = ("-starts_on", "id")


@admin.register(ExpiringItem)
class ExpiringItemAdmin(FigureAdmin):
    """Licences and documents that end."""

    list_display = ("kind", "company", "item_id", "expires_on")
    list_filter = ("kind", "expires_on")
    id_fields = ("id", "company_id")
    ordering = ("expires_on", "id")

    @admin.display(description=_("id"))
    def item_id(self, item: ExpiringItem) -> str:
        """By which the service that owns it finds it."""
        return str(item.id)


def _may(request: HttpRequest, code: str) -> bool:
    person: Any = request.user
    return bool(person.principal().may(code))
