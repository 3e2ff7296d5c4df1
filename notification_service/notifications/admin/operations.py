"""What the group's administrators look at when notices do not arrive."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.staff.operators import OperatorAdmin
from notification_service.notifications import services
from notification_service.notifications.admin.names import with_company
from notification_service.notifications.models import ChannelState, HeardEvent


@admin.register(ChannelState)
class ChannelStateAdmin(OperatorAdmin):
    """Which provider cannot be reached, since when and why."""

    list_display = ("channel", "down_since", "failures", "retry_at", "error", "updated_at")
    actions = ("try_now",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whoever may edit them."""
        return self.may_operate(request)

    @admin.action(description=_("Try to deliver now"), permissions=["operate"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[ChannelState]) -> None:
        """Do not wait for the next attempt."""
        services.channels_try_now(queryset)
        self.message_user(request, _("Delivery is tried within seconds."), messages.SUCCESS)


class WaitingFilter(admin.SimpleListFilter):
    """Events whose notices are not made yet."""

    title = _("notices")
    parameter_name = "notices"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return (("waiting", _("not made yet")),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(wake_at__isnull=False) if self.value() == "waiting" else queryset


@admin.register(HeardEvent)
class HeardEventAdmin(OperatorAdmin):
    """Events that notices are made from, and what those wait for that are not made yet."""

    list_display = ("type", "company", "occurred_at", "wake_at", "attempts", "waits_for")
    list_filter = (WaitingFilter, "type")
    ordering = ("-heard_at", "event_id")
    fields = (
        "type",
        "event_id",
        "company",
        ("occurred_at", "heard_at", "wake_at"),
        ("attempts", "waits_for"),
    )
    readonly_fields = ("company",)
    actions = ("try_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HeardEvent]:
        return with_company(super().get_queryset(request))

    @admin.display(description=_("company"))
    def company(self, heard: Any) -> str:
        """The company it happened in."""
        return heard.company or str(heard.company_id or "")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whoever may edit them."""
        return self.may_operate(request)

    @admin.action(description=_("Make the notices now"), permissions=["operate"])
    def try_now(self, request: HttpRequest, queryset: QuerySet[HeardEvent]) -> None:
        """Do not wait for the next attempt."""
        services.events_try_now(queryset)
        self.message_user(request, _("The notices are made within seconds."), messages.SUCCESS)
