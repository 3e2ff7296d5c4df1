"""What the lists of an import are narrowed by."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.legacy.choices import QuarantineState
from common.legacy.labels import table_label


class StateFilter(admin.SimpleListFilter):
    """What waits is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """What waits is the default and has no name in the address."""
        decided = (QuarantineState.IMPORTED, QuarantineState.DISCARDED)
        return [*((state.value, state.label) for state in decided), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        """The stock "all" stands for what waits here."""
        first, *others = super().choices(changelist)
        return [{**first, "display": QuarantineState.WAITING.label}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        match self.value():
            case "all":
                return queryset
            case QuarantineState.IMPORTED | QuarantineState.DISCARDED as state:
                return queryset.filter(state=state)
        return queryset.filter(state=QuarantineState.WAITING)


class TableFilter(admin.SimpleListFilter):
    """By old table, those of which there is something."""

    title = _("table")
    parameter_name = "table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The tables about whose rows the reader may decide."""
        tables = model_admin.get_queryset(request).order_by().values_list("table", flat=True).distinct()
        return sorted((table, table_label(table)) for table in tables)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen table's rows."""
        return queryset.filter(table=self.value()) if self.value() else queryset


class DoneFilter(admin.SimpleListFilter):
    """What is still to be done is shown unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """What waits is the default and has no name in the address."""
        return [("done", _("done")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen items."""
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "done")

    def choices(self, changelist: Any) -> Any:
        """The stock "all" stands for what waits here."""
        first, *others = super().choices(changelist)
        return [{**first, "display": _("waiting")}, *others]
