"""What an operator sees of the events: log, subscribers, cursors, parked events."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.messaging.models import Cursor, EventRecord, ParkedEvent, Refusal, Subscriber
from common.messaging.parking import parked_retry, parked_skip
from common.staff.operators import OperatorAdmin


@admin.register(EventRecord)
class EventRecordAdmin(OperatorAdmin):
    """The event log; nobody edits the past."""

    list_display = ("position", "type", "aggregate_id", "version", "company_id", "actor_id", "occurred_at")
    list_filter = ("type",)
    search_fields = ("=aggregate_id", "=event_id")
    ordering = ("-id",)


@admin.register(Subscriber)
class SubscriberAdmin(OperatorAdmin):
    """Who reads this service's events, and how far."""

    list_display = ("name", "acknowledged", "last_pull_at")


@admin.register(Cursor)
class CursorAdmin(OperatorAdmin):
    """How far this service has read others' events."""

    list_display = ("producer", "position", "head", "lag", "attempts", "last_error", "moved_at", "pulled_at")

    @admin.display(description=_("events behind"))
    def lag(self, cursor: Cursor) -> int:
        """Positions not yet applied."""
        return max(0, cursor.head - cursor.position)


@admin.register(Refusal)
class RefusalAdmin(OperatorAdmin):
    """How often messages, bells and cache entries were refused, and why."""

    list_display = ("reason", "sender", "count", "first_at", "last_at")
    list_filter = ("reason",)
    ordering = ("-last_at",)


@admin.register(ParkedEvent)
class ParkedEventAdmin(OperatorAdmin):
    """Events that could not be applied: retry or skip."""

    list_display = ("type", "producer", "position", "aggregate_id", "state", "error", "attempts", "parked_at")
    list_filter = ("state", "producer", "type")
    search_fields = ("=aggregate_id", "=event_id")
    ordering = ("state", "producer", "position")
    actions = ("retry", "skip")

    @admin.action(description=_("Apply again, with what waits behind it"))
    def retry(self, request: HttpRequest, queryset: QuerySet[ParkedEvent]) -> None:
        """Apply the parked events of the chosen ones' aggregates, each from its first."""
        for event in queryset.order_by("producer", "position"):
            try:
                count = parked_retry(event, operator=str(request.user))
            except Exception as error:
                self.message_user(request, f"{event}: {type(error).__name__}: {error}", messages.ERROR)
                continue
            if count:
                sentence = ngettext("%(count)d event applied.", "%(count)d events applied.", count)
                self.message_user(request, sentence % {"count": count})

    @admin.action(description=_("Give up"))
    def skip(self, request: HttpRequest, queryset: QuerySet[ParkedEvent]) -> None:
        """Never apply the chosen events."""
        for event in queryset:
            parked_skip(event, operator=str(request.user))
        self.message_user(request, _("The chosen events will not be applied."))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the content in lists."""
        return super().get_queryset(request).defer("envelope")
