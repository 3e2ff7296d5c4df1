"""The stored events and what is counted from them; the consumers write them, nobody edits them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.models import CachedMetric, Report, StoredEvent
from common.contracts.base import catalogue
from common.staff.operators import OperatorAdmin


class EventTypeFilter(admin.SimpleListFilter):
    """The types of the catalogue: asking the table which ones it holds would read all of it."""

    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(catalogue())]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StoredEvent]) -> QuerySet[StoredEvent]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(StoredEvent)
class StoredEventAdmin(OperatorAdmin):
    """Every event of the other services; their contents name people, so seeing them takes an export right."""

    permission_area = "reports"
    permission_verbs = {"view": "export"}
    list_display = ("type", "producer", "position", "company_id", "aggregate_id", "actor_id", "occurred_at")
    list_filter = ("producer", EventTypeFilter, "occurred_at")
    search_fields = ("=aggregate_id", "=company_id", "=id")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")


@admin.register(Report)
class ReportAdmin(OperatorAdmin):
    """The reports somebody asked for."""

    permission_area = "reports"
    list_display = ("kind", "company_id", "status", "requested_by", "created_at", "finished_at")
    list_filter = ("status", "created_at")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(CachedMetric)
class CachedMetricAdmin(OperatorAdmin):
    """Figures by company and day."""

    permission_area = "reports"
    list_display = ("day", "metric", "company_id", "dimension", "member", "value")
    list_filter = ("metric", "dimension", "day")
    search_fields = ("=member", "=company_id")
    date_hierarchy = "day"
    ordering = ("-day", "metric", "id")
