"""Import runs: how far they came, and what became of each table."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.legacy.choices import QuarantineReason, QuarantineState, ToDoKind
from common.legacy.labels import table_label
from common.legacy.models import ImportConflict, ImportRun, ImportTable, QuarantinedRow, ToDoItem
from common.staff.inlines import ReadOnlyInline
from common.staff.operators import OperatorAdmin


class ImportTableInline(ReadOnlyInline):
    """The account of one table, with the way to the rows that were set aside and why."""

    model = ImportTable
    verbose_name_plural = _("what became of each table")
    fields = (
        "title", "source_rows", "done", "imported", "unchanged", "merged", "set_aside", "skipped", "changed",
        "removed", "conflicts", "why",
    )  # fmt: skip

    @admin.display(description=_("table"))
    def title(self, table: ImportTable) -> str:
        """What it becomes here, in words."""
        return table_label(table.name)

    @admin.display(description=_("set aside"))
    def set_aside(self, table: ImportTable) -> SafeString | str:
        """How many, leading to them."""
        if not table.quarantined:
            return "0"
        return format_html('<a href="{}">{}</a>', _rows_of(table), table.quarantined)

    @admin.display(description=_("reasons, rules and work"))
    def why(self, table: ImportTable) -> SafeString | str:
        """Counts by reason, by rule and by kind of to-do item."""
        details: dict[str, dict[str, int]] = table.details
        lines = [
            *((_named(QuarantineReason, code), count) for code, count in details.get("reasons", {}).items()),
            *details.get("rules", {}).items(),
            *((_named(ToDoKind, code), count) for code, count in details.get("todo", {}).items()),
        ]
        return format_html_join("", "<div>{}: {}</div>", lines) or "-"


@admin.register(ImportRun)
class ImportRunAdmin(OperatorAdmin):
    """Imports and how far they came; they count every company's rows, so the group's staff see them."""

    list_display = ("name", "source", "incremental", "state", "created_at", "finished_at")
    list_filter = ("state", "incremental")
    search_fields = ("name", "source", "=fingerprint")
    inlines = (ImportTableInline,)
    fieldsets = (
        (None, {"fields": (("name", "state"), ("source", "incremental"), ("created_at", "finished_at"))}),
        (_("What is left of it for people"), {"fields": ("waiting", "decided", "to_do", "conflicts")}),
        (_("For operators"), {"classes": ("collapse",), "fields": ("fingerprint", "rules")}),
    )
    readonly_fields = ("waiting", "decided", "to_do", "conflicts")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With the run's name as its title."""
        run = self.get_object(request, object_id)
        context = {**(extra_context or {}), **({"subtitle": str(run)} if run else {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description=_("rows set aside that wait"))
    def waiting(self, run: ImportRun) -> SafeString:
        """How many, leading to them."""
        count = _set_aside(run).filter(state=QuarantineState.WAITING).count()
        return format_html('<a href="{}?{}">{}</a>', _rows(), urlencode({"run__id__exact": run.pk}), count)

    @admin.display(description=_("decided since"))
    def decided(self, run: ImportRun) -> SafeString:
        """How many rows were imported and discarded by people."""
        counts = _set_aside(run).aggregate(
            **{state.value: Count("id", filter=Q(state=state)) for state in QuarantineState}
        )
        return format_html_join(
            " · ",
            '<a href="{}?{}">{}: {}</a>',
            (
                (
                    _rows(),
                    urlencode({"run__id__exact": run.pk, "state": state.value}),
                    state.label,
                    counts[state.value],
                )
                for state in (QuarantineState.IMPORTED, QuarantineState.DISCARDED)
            ),
        )

    @admin.display(description=_("to-do items that wait"))
    def to_do(self, run: ImportRun) -> SafeString:
        """How many, leading to them."""
        count = ToDoItem.objects.filter(run=run, resolved_at=None).count()
        address = reverse("admin:legacy_todoitem_changelist")
        return format_html('<a href="{}?{}">{}</a>', address, urlencode({"run__id__exact": run.pk}), count)

    @admin.display(description=_("where both sides had their say"))
    def conflicts(self, run: ImportRun) -> SafeString:
        """How many rows, leading to them."""
        count = ImportConflict.objects.filter(run=run).count()
        address = reverse("admin:legacy_importconflict_changelist")
        return format_html('<a href="{}?{}">{}</a>', address, urlencode({"run__id__exact": run.pk}), count)


def _set_aside(run: ImportRun) -> QuerySet[QuarantinedRow]:
    return QuarantinedRow.objects.filter(run=run).order_by()


def _rows() -> str:
    return reverse("admin:legacy_quarantinedrow_changelist")


def _rows_of(table: ImportTable) -> str:
    query = {"run__id__exact": table.run_id, "entry__exact": table.name, "state": "all"}
    return f"{_rows()}?{urlencode(query)}"


def _named(choices: Any, code: str) -> str:
    return str(choices(code).label) if code in choices.values else code
