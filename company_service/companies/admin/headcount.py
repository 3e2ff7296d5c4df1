"""The headcount ledger for HR staff, to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.staff.operators import OperatorAdmin
from company_service.companies.models import HeadcountEntry


@admin.register(HeadcountEntry)
class HeadcountEntryAdmin(OperatorAdmin):
    """Who was counted when, and why."""

    permission_area = "employees"
    list_display = (
        "created_at",
        "company",
        "delta",
        "reason",
        "happened_on",
        "employee_id",
        "department_id",
        "folded",
    )
    list_filter = ("reason", "folded")
    list_select_related = ("company",)
    search_fields = ("employee_id", "saga_id")
    search_help_text = _("An employee's or a saga's id.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        try:
            wanted = forms.UUIDField().clean(search_term)
        except forms.ValidationError:
            return queryset.none(), False
        return queryset.filter(Q(employee_id=wanted) | Q(saga_id=wanted)), False
