"""The ledger of notices: what failed first, each with every attempt to deliver it."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.errors import DomainError
from common.staff.inlines import ReadOnlyInline
from common.staff.operators import OperatorAdmin
from notification_service.notifications import services
from notification_service.notifications.admin.names import of_people, with_company, with_person
from notification_service.notifications.models import DeliveryLog, Notification

MOST_AT_ONCE = 200


class DeliveryInline(ReadOnlyInline):
    """The attempts to deliver the notice."""

    model = DeliveryLog
    fields = ("attempt", "outcome", "error", "created_at", "finished_at")
    ordering = ("attempt",)


@admin.register(Notification)
class NotificationAdmin(OperatorAdmin):
    """Each notice with every attempt to deliver it; nobody edits one by hand."""

    permission_area = "employees"
    permission_verbs = {"view": "edit"}
    list_display = (
        "title", "person", "company", "type", "status", "priority", "attempts", "error_short", "due_at",
        "created_at", "sent_at", "read_at",
    )  # fmt: skip
    list_filter = ("status", "type", "priority", "created_at")
    search_fields = ("user_id",)
    search_help_text = _("The beginning of the person's name, their e-mail address or their id.")
    ordering = ("-is_failed", "-created_at", "-id")
    list_select_related = ("template",)
    inlines = (DeliveryInline,)
    actions = ("resend",)
    fields = (
        ("title", "person", "company"), "message", ("type", "language", "category", "template"),
        ("status", "priority", "attempts"), "error", ("scheduled_at", "due_at", "give_up_at"),
        ("created_at", "sent_at", "read_at"), ("source_event_id", "sender_id", "metadata"),
    )  # fmt: skip
    readonly_fields = ("person", "company")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notification]:
        return with_company(with_person(super().get_queryset(request)))

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = self.list_display
        return shown if _serves_all(request) else tuple(name for name in shown if name != "company")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found = of_people(search_term)
        return (queryset if found is None else queryset.filter(found)), False

    @admin.display(description=_("person"))
    def person(self, notice: Any) -> str:
        """Who the notice is for."""
        return notice.person or str(notice.user_id)

    @admin.display(description=_("company"))
    def company(self, notice: Any) -> str:
        """The company it is sent for."""
        return notice.company or str(notice.company_id)

    @admin.display(description=_("last error"))
    def error_short(self, notice: Any) -> str:
        """The beginning of what went wrong last."""
        return format_html('<bdi dir="ltr">{}</bdi>', notice.error[:80]) if notice.error else ""

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever may edit employees."""
        return self.may_operate(request)

    @admin.action(description=_("Send the selected notices again"), permissions=["resend"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Notification]) -> HttpResponse | None:
        """Ask, then send again what was sent or has failed."""
        notices = list(queryset[: MOST_AT_ONCE + 1])
        if len(notices) > MOST_AT_ONCE:
            self.message_user(request, _("At most 200 notices are sent again at once."), messages.ERROR)
            return None
        if "confirmed" not in request.POST:
            return self._confirmation(request, notices)
        sent, refused = 0, 0
        for notice in notices:
            try:
                services.notice_resend(notice)
                sent += 1
            except DomainError:
                refused += 1
        if sent:
            sentence = ngettext("%(count)d notice is sent again.", "%(count)d notices are sent again.", sent)
            self.message_user(request, sentence % {"count": sent}, messages.SUCCESS)
        if refused:
            sentence = ngettext(
                "%(count)d notice was neither sent nor has failed.",
                "%(count)d notices were neither sent nor have failed.",
                refused,
            )
            self.message_user(request, sentence % {"count": refused}, messages.WARNING)
        return None

    def _confirmation(self, request: HttpRequest, notices: list[Notification]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Send again"),
            "opts": self.opts,
            "notices": notices,
            "checkbox": ACTION_CHECKBOX_NAME,
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/notifications/notification/resend.html", context)


def _serves_all(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))
