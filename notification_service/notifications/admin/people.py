"""How people want to be told; they choose it themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.staff.operators import OperatorAdmin
from notification_service.notifications.admin.names import of_people, with_person
from notification_service.notifications.models import Preference


@admin.register(Preference)
class PreferenceAdmin(OperatorAdmin):
    """Managers see those of their company's people; whoever is not listed has what holds for everybody."""

    permission_area = "employees"
    permission_verbs = {"view": "edit"}
    list_display = (
        "person", "language", "in_app_enabled", "email_enabled", "sms_enabled", "push_enabled",
        "quiet_hours", "timezone", "updated_at",
    )  # fmt: skip
    list_filter = ("language", "email_enabled", "sms_enabled", "push_enabled", "in_app_enabled")
    search_fields = ("user_id",)
    search_help_text = _("The beginning of the person's name, their e-mail address or their id.")
    ordering = ("-updated_at", "user_id")
    fields = (
        "person", "language", ("in_app_enabled", "email_enabled", "sms_enabled", "push_enabled"), "categories",
        ("quiet_hours_start", "quiet_hours_end", "timezone"), ("created_at", "updated_at"),
    )  # fmt: skip
    readonly_fields = ("person",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Preference]:
        return with_person(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found = of_people(search_term)
        return (queryset if found is None else queryset.filter(found)), False

    @admin.display(description=_("person"))
    def person(self, preference: Any) -> str:
        """Whose preferences they are."""
        return preference.person or str(preference.user_id)

    @admin.display(description=_("quiet hours"))
    def quiet_hours(self, preference: Any) -> str:
        """From and until."""
        if preference.quiet_hours_start is None:
            return self.get_empty_value_display()
        return f"{preference.quiet_hours_start:%H:%M} – {preference.quiet_hours_end:%H:%M}"
