"""What both sides changed, and what was left behind: decided by rule in an incremental run, and listed here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.legacy.admin.companies import CompanyFilter, named
from common.legacy.admin.pages import page_of
from common.legacy.labels import table_label
from common.legacy.models import ImportConflict
from common.staff.operators import OperatorAdmin


@admin.register(ImportConflict)
class ImportConflictAdmin(OperatorAdmin):
    """Rows on which the old side and the new side differ; whoever may edit employees looks at them."""

    permission_area = "employees"
    permission_verbs = {"view": "edit"}
    list_display = ("thing", "entry", "kind", "detail", "company_id", "run", "created_at")
    list_display_links = None
    list_filter = ("kind", "name", CompanyFilter, "created_at")
    search_fields = ("=key", "=target_id")
    search_help_text = _("The whole id in the old system or here.")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Titled by what it shows."""
        title = _("Where both sides had their say")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """With the company for who serves several, and the run for who may see runs."""
        hidden = () if request.user.is_superuser else ("run",)
        return named((column for column in self.list_display if column not in hidden), request)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        """Runs are the group's: joined with them, a company's rows would be gone."""
        return ("run",) if request.user.is_superuser else ()

    @admin.display(description=_("id in the old system"), ordering="key")
    def thing(self, conflict: ImportConflict) -> SafeString | str:
        """The old id, leading to the thing here."""
        page = page_of(conflict.name, conflict.target_id)
        return format_html('<a href="{}">{}</a>', page, conflict.key) if page else conflict.key

    @admin.display(description=_("becomes"), ordering="name")
    def entry(self, conflict: ImportConflict) -> str:
        """What it is here, in words."""
        return table_label(conflict.name)
