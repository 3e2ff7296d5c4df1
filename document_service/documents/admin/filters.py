"""What the list of documents is narrowed by."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.days import today
from document_service.documents.admin.people import asking, company_choices
from document_service.documents.choices import REFUSED, ScanState


class CompanyFilter(admin.SimpleListFilter):
    """By company, for those who serve several."""

    title = _("company")
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """None for those who serve one company: the filter is not shown then."""
        return company_choices() if asking(request).all_companies else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen company's rows; an address typed by hand finds nothing, and fails nothing."""
        if not self.value():
            return queryset
        try:
            return queryset.filter(company_id=UUID(str(self.value())))
        except ValueError:
            return queryset.none()


class ExpiryFilter(admin.SimpleListFilter):
    """By the last valid day."""

    title = _("expiry")
    parameter_name = "expiry"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Windows of days."""
        windows = [(str(days), _("within %(days)d days") % {"days": days}) for days in (7, 30, 90)]
        return [("over", _("expired")), *windows, ("none", _("without a last valid day"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen window's rows; what is archived ends nobody's work."""
        value, now = self.value(), today()
        if value == "over":
            return queryset.filter(expires_on__lt=now, is_archived=False)
        if value == "none":
            return queryset.filter(expires_on=None)
        if value in {"7", "30", "90"}:
            until = now + timedelta(days=int(value))
            return queryset.filter(expires_on__gte=now, expires_on__lte=until, is_archived=False)
        return queryset


class StateFilter(admin.SimpleListFilter):
    """Current documents unless something else is asked for."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Current is the default and has no name in the address."""
        return [
            ("archived", _("archived")),
            ("pending", _("waits for its scan")),
            ("quarantine", _("in quarantine")),
            ("missing", _("without a file")),
            ("all", _("all")),
        ]

    def choices(self, changelist: Any) -> Any:
        """The stock "All" stands for the default here."""
        default, *others = super().choices(changelist)
        return [{**default, "display": _("current")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The chosen rows."""
        conditions = {
            "all": Q(),
            "archived": Q(is_archived=True),
            "pending": Q(file__scan_state=ScanState.PENDING),
            "quarantine": Q(file__scan_state__in=REFUSED),
            "missing": Q(file=None),
        }
        return queryset.filter(conditions.get(self.value() or "", Q(is_archived=False)))
