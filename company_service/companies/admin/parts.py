"""What the pages of several tables share."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import pgettext_lazy

from company_service.companies.models import Company


def starting_with(search_term: str, *columns: str) -> Q:
    """Rows one of whose folded ``columns`` starts with the term."""
    condition = Q()
    for column in columns:
        condition |= Q(**{f"{column}__folded_prefix": search_term})
    return condition


def take_key(obj: Any, created: Any) -> None:
    """Make the form's object stand for the row that a service has created."""
    obj.pk = created.pk
    obj._state.adding = False


def own_company(request: HttpRequest) -> UUID | None:
    """The company of a staff member who serves only one; None for those who serve all."""
    user: Any = request.user
    return None if user.is_superuser else user.company_id


def left_to_right(text: object) -> str:
    """``text`` in its own direction: among Arabic letters a sign before a number would stand behind it."""
    return format_html('<span dir="ltr">{}</span>', text)


class CompanyFilter(admin.SimpleListFilter):
    """By company, for those who serve several."""

    title = pgettext_lazy("model", "company")
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """None for those who serve one company: the filter is not shown then."""
        if own_company(request) is not None:
            return []
        named = Company.objects.order_by("name_folded", "id").values_list("id", "name")
        return [(str(company_id), name) for company_id, name in named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen company's rows; an address may be typed by hand, and what is no id finds nothing."""
        if not self.value():
            return queryset
        try:
            return queryset.filter(company_id=UUID(str(self.value())))
        except ValueError:
            return queryset.none()
