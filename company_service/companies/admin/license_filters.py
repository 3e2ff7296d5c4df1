"""What the list of licences is narrowed by."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.days import today
from company_service.companies import selectors
from company_service.companies.choices import LicenseStatus


class UseFilter(admin.SimpleListFilter):
    """Licences in use, unless something else is asked for."""

    title = pgettext_lazy("licence", "use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """In use is the default and has no name in the address."""
        return [("withdrawn", pgettext_lazy("licence", "withdrawn")), ("all", _("all licences"))]

    def choices(self, changelist: Any) -> Any:
        """The stock "All" stands for the default here."""
        default, *others = super().choices(changelist)
        return [{**default, "display": pgettext_lazy("licence", "in use")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        if self.value() == "all":
            return queryset
        return queryset.filter(is_active=self.value() != "withdrawn")


class EndFilter(admin.SimpleListFilter):
    """By the days that are left, as the API's list of what ends soon."""

    title = pgettext_lazy("licence", "end")
    parameter_name = "ends"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Windows in days."""
        return [
            ("30", pgettext_lazy("licence", "within 30 days")),
            ("60", pgettext_lazy("licence", "within 60 days")),
            ("90", pgettext_lazy("licence", "within 90 days")),
            ("over", pgettext_lazy("licence", "past")),
            ("none", pgettext_lazy("licence", "no end is known")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        match self.value():
            case "over":
                return queryset.filter(expires_on__lt=today())
            case "none":
                return queryset.filter(expires_on=None)
            case "30" | "60" | "90" as days:
                return queryset.filter(selectors.ends_within(int(days), today()))
        return queryset


class StatusFilter(admin.SimpleListFilter):
    """By the status as it is today."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Every status."""
        return list(LicenseStatus.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        value = self.value()
        return queryset.filter(selectors.of_status(value, today())) if value else queryset
