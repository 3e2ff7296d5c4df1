"""What imported data lacks, for HR to complete or decide."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.legacy.admin.companies import CompanyFilter, named
from common.legacy.admin.filters import DoneFilter
from common.legacy.admin.pages import page_of_subject
from common.legacy.models import ToDoItem
from common.legacy.services import todo_reopen, todo_resolve
from common.staff.operators import OperatorAdmin


@admin.register(ToDoItem)
class ToDoItemAdmin(OperatorAdmin):
    """What imported data lacks, with a link to where it is completed."""

    permission_area = "employees"
    list_display = ("subject", "subject_kind", "kind", "detail", "company_id", "created_at", "resolved_at")
    list_display_links = None
    list_filter = (DoneFilter, "kind", "subject_kind", CompanyFilter)
    search_fields = ("=subject_id", "=company_id", "subject_name")
    search_help_text = _("A part of the name, or a whole id.")
    actions = ("mark_done", "mark_waiting")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Titled by what it is for."""
        title = _("What an import left for HR to do")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With the company for who serves several."""
        return named(self.list_display, request)

    @admin.display(description=_("name"), ordering="subject_name")
    def subject(self, item: ToDoItem) -> SafeString | str:
        """The name, as a link when this service owns the subject."""
        address = page_of_subject(item.subject_kind, item.subject_id)
        return (
            format_html('<a href="{}">{}</a>', address, item.subject_name) if address else item.subject_name
        )

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the person may use the actions."""
        return self.may_operate(request)

    @admin.action(description=_("Mark as done"), permissions=["operate"])
    def mark_done(self, request: HttpRequest, queryset: QuerySet[ToDoItem]) -> None:
        """Take the chosen items off the list."""
        count = todo_resolve(ids=queryset.values_list("pk", flat=True), by=UUID(str(request.user.pk)))
        sentence = ngettext("%(count)d item is done.", "%(count)d items are done.", count)
        self.message_user(request, sentence % {"count": count})

    @admin.action(description=_("Put back on the list"), permissions=["operate"])
    def mark_waiting(self, request: HttpRequest, queryset: QuerySet[ToDoItem]) -> None:
        """Put the chosen items back on the list."""
        count = todo_reopen(ids=queryset.values_list("pk", flat=True))
        sentence = ngettext("%(count)d item waits again.", "%(count)d items wait again.", count)
        self.message_user(request, sentence % {"count": count})
