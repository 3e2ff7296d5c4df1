"""The companies that rows can belong to, by name."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.reference.models import CompanyRef

NONE = "none"


def companies_by_old_id() -> list[tuple[str, str]]:
    """What the old application called each company in sight, and its name."""
    rows = _companies().filter(old_id__gt="").values_list("old_id", "shown_name")
    return [(old_id, name) for old_id, name in rows.order_by("shown_name")]


def company_names() -> dict[UUID, str]:
    """The names of the companies in sight."""
    return dict(_companies().values_list("pk", "shown_name"))


def named(columns: Iterable[Any], request: HttpRequest, *, always: bool = False) -> tuple[Any, ...]:
    """The columns of a list with the company's name for its id, read at once; only for who serves several."""
    if not (always or request.user.is_superuser):
        return tuple(column for column in columns if column != "company_id")
    names = company_names()

    @admin.display(description=_("company"), ordering="company_id")
    def company(row: Any) -> str:
        return names.get(row.company_id, str(row.company_id)) if row.company_id else "-"

    return tuple(company if column == "company_id" else column for column in columns)


def _companies() -> QuerySet[Any]:
    """The service's own companies, or its copies; each with ``shown_name`` in the reader's language."""
    own = "company" not in settings.SERVICE.reference
    model: Any = apps.get_model("companies", "Company") if own else CompanyRef
    name = Coalesce(NullIf("name_ar", Value("")), F("name")) if get_language() == "ar" else F("name")
    rows: QuerySet[Any] = model._default_manager.annotate(shown_name=name)
    return rows


class CompanyFilter(admin.SimpleListFilter):
    """By company, for those who serve all; also what belongs to none."""

    title = _("company")
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Only companies of which there is something in the list."""
        if not request.user.is_superuser:
            return []
        present = set(
            model_admin.model._default_manager.order_by().values_list("company_id", flat=True).distinct()
        )
        names = company_names()
        known = sorted((names.get(key, str(key)), str(key)) for key in present if key is not None)
        none = [(NONE, _("of no company"))] if None in present else []
        return [*((key, name) for name, key in known), *none]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen company's rows."""
        value = self.value()
        if not value:
            return queryset
        if value == NONE:
            return queryset.filter(company_id=None)
        try:
            return queryset.filter(company_id=UUID(value))
        except ValueError:
            return queryset.none()
