"""The stored events and what is counted from them; the consumers write them, nobody edits them."""

from django.contrib import admin

from analytics_service.analytics.models import CachedMetric, Report, StoredEvent
from common.staff.operators import OperatorAdmin


@admin.register(StoredEvent)
class StoredEventAdmin(OperatorAdmin):
    """Every event of the other services; their contents name people, so seeing them takes an export right."""

    permission_area = "reports"
    permission_verbs = {"view": "export"}
    list_display = ("type", "producer", "position", "company_id", "aggregate_id", "actor_id", "occurred_at")
    list_filter = ("producer", "type", "occurred_at")
    search_fields = ("=aggregate_id", "=company_id", "=id")
    date_hierarchy = "occurred_at"
    ordering = ("-occurred_at", "-id")


@admin.register(Report)
class ReportAdmin(OperatorAdmin):
    """The reports somebody asked for."""

    permission_area = "reports"
    list_display = ("kind", "company_id", "status", "requested_by", "created_at", "finished_at")
    list_filter = ("status", "kind", "created_at")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")


@admin.register(CachedMetric)
class CachedMetricAdmin(OperatorAdmin):
    """Figures by company and day."""

    permission_area = "reports"
    list_display = ("metric", "company_id", "dimension", "day", "value")
    list_filter = ("metric", "day")
    date_hierarchy = "day"
    ordering = ("-day", "metric", "id")
