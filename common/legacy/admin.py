"""What people see of imports: runs, rows set aside, and what is left for HR to do."""

import json
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.legacy.choices import Problem, SubjectKind
from common.legacy.models import ImportRun, ImportTable, QuarantinedRow, ToDoItem
from common.legacy.services import todo_reopen, todo_resolve
from common.staff.inlines import ReadOnlyInline
from common.staff.operators import OperatorAdmin

# Where a subject is edited, in the service that owns it.
_PAGES = {
    SubjectKind.USER: "admin:users_user_change",
    SubjectKind.COMPANY: "admin:companies_company_change",
    SubjectKind.DEPARTMENT: "admin:companies_department_change",
    SubjectKind.EMPLOYEE: "admin:employees_employee_change",
}
_NEVER_SHOWN = frozenset({"password"})


class ImportTableInline(ReadOnlyInline):
    """The account of one table."""

    model = ImportTable
    fields = (
        "name",
        "source_rows",
        "done",
        "imported",
        "unchanged",
        "merged",
        "quarantined",
        "skipped",
        "details",
    )


@admin.register(ImportRun)
class ImportRunAdmin(OperatorAdmin):
    """Imports and how far they came; they count every company's rows, so the group's staff see them."""

    list_display = ("name", "source", "state", "created_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("name", "source", "=fingerprint")
    inlines = (ImportTableInline,)


@admin.register(QuarantinedRow)
class QuarantinedRowAdmin(OperatorAdmin):
    """Rows set aside. They hold pay and papers, so seeing them takes the right to edit employees."""

    permission_area = "employees"
    permission_verbs = {"view": "edit"}
    list_display = ("table", "old_id", "reason", "what_is_wrong", "company_id", "created_at")
    list_filter = ("reason", "table", "created_at")
    search_fields = ("=old_id", "=company_id")
    fields = ("table", "old_id", "reason", "what_is_wrong", "company_id", "shown_content", "created_at")
    readonly_fields = fields

    @admin.display(description=_("what is wrong"))
    def what_is_wrong(self, row: QuarantinedRow) -> str:
        """Each column with its problem, in the reader's language."""
        problems = [f"{column} {Problem(code).label}" for column, code in row.problems.items()]
        # Kept as code and English sentence, when a service refused the row.
        code, colon, sentence = row.detail.partition(": ")
        return ", ".join([*problems, *([f"{code}{colon}{gettext(sentence)}"] if row.detail else [])])

    @admin.display(description=_("content"))
    def shown_content(self, row: QuarantinedRow) -> SafeString:
        """The whole old row but for its password."""
        shown = {column: cell for column, cell in row.content.items() if column not in _NEVER_SHOWN}
        return format_html(
            '<pre dir="auto" style="white-space: pre-wrap">{}</pre>',
            json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True),
        )


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("done", _("done")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ToDoItem]) -> QuerySet[ToDoItem]:
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "done")

    def choices(self, changelist: Any) -> Any:
        """Django's choices, whose "all" is what waits here."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("waiting")}, *others]


@admin.register(ToDoItem)
class ToDoItemAdmin(OperatorAdmin):
    """What imported data lacks, with a link to where it is completed."""

    permission_area = "employees"
    list_display = ("subject", "kind", "detail", "company_id", "created_at", "resolved_at")
    list_display_links = None
    list_filter = (StateFilter, "kind", "subject_kind")
    search_fields = ("=subject_id", "=company_id", "subject_name")
    actions = ("mark_done", "mark_waiting")

    @admin.display(description=_("about"), ordering="subject_name")
    def subject(self, item: ToDoItem) -> str:
        """The name, as a link when this service owns the subject."""
        try:
            address = reverse(_PAGES[SubjectKind(item.subject_kind)], args=[item.subject_id])
        except NoReverseMatch:
            return item.subject_name
        return format_html('<a href="{}">{}</a>', address, item.subject_name)

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
