"""Whoever opens the admin's page of a row about a person is noted in the access log."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models.expressions import DatabaseDefault
from django.http import HttpRequest, HttpResponse

from common.privacy.accesses import page_note

if TYPE_CHECKING:
    # Django's own class takes no parameter at run time.
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class NotedAdmin(ModelAdmin):
    """See common/privacy/plan.py for which rows are about whom."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row, noted as read when a page of it is about to be shown."""
        row = super().get_object(request, object_id, from_field)
        noted: set[Any] = request.__dict__.setdefault("_noted_rows", set())
        shown = row is not None and request.method == "GET" and row not in noted
        if shown and self.has_view_or_change_permission(request, row):
            noted.add(row)
            member: Any = request.user
            page_note(request, member.principal(), row)
        return row

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The form; of what PostgreSQL fills in later nothing is shown yet."""
        row = context["adminform"].form.instance
        for field in self.opts.concrete_fields:
            if add and isinstance(row.__dict__.get(field.attname), DatabaseDefault):
                setattr(row, field.attname, None)
        return super().render_change_form(request, context, add, change, form_url, obj)
