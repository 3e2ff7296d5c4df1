"""The ledger of notices for HR staff, to be read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.search import fold
from common.staff.operators import OperatorAdmin
from company_service.companies.admin.parts import CompanyFilter, left_to_right, starting_with
from company_service.companies.models import LicenseNotice


@admin.register(LicenseNotice)
class LicenseNoticeAdmin(OperatorAdmin):
    """Which step of which licence's end was noted when, and whether it was told of."""

    permission_area = "employees"
    list_display = ("noted_on", "license", "company", "expires_on", "step_days", "announced")
    list_filter = (CompanyFilter, "announced")
    list_select_related = ("license", "company")
    search_fields = ("license__number_folded", "license__name_folded")
    search_help_text = _("The beginning of the number or the name.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        start = fold(search_term)
        return queryset.filter(starting_with(start, *self.search_fields)) if start else queryset, False

    @admin.display(description=_("step"), ordering="step")
    def step_days(self, notice: Any) -> str:
        """Days before the end; negative after it."""
        return left_to_right(notice.step)
