"""Notices, their templates and the attempts to deliver them, as staff see them."""

from django.contrib import admin

from common.staff.inlines import ReadOnlyInline
from common.staff.operators import OperatorAdmin
from notification_service.notifications.models import DeliveryLog, Notification, Template


class DeliveryInline(ReadOnlyInline):
    """The attempts to deliver the notice."""

    model = DeliveryLog
    fields = ("attempt", "outcome", "error", "created_at")


@admin.register(Notification)
class NotificationAdmin(OperatorAdmin):
    """Each notice with every attempt to deliver it."""

    permission_area = "settings"
    list_display = ("title", "user_id", "type", "status", "priority", "created_at", "sent_at", "read_at")
    list_filter = ("status", "type", "priority", "created_at")
    search_fields = ("=user_id", "title")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    list_select_related = ("template",)
    inlines = (DeliveryInline,)


@admin.register(Template)
class TemplateAdmin(OperatorAdmin):
    """The wording of notices."""

    permission_area = "settings"
    list_display = ("name", "type", "subject_ar", "is_active", "updated_at")
    list_filter = ("type", "is_active")
    search_fields = ("name", "subject_ar")
    ordering = ("name", "type")
