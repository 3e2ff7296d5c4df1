"""The copies as this service has them, for looking up; they are changed where they belong."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from common.reference.models import CompanyRef, DepartmentRef, EmployeeRef, UserRef
from common.search import company_name_folded, fold
from common.staff.operators import OperatorAdmin


class ReferenceAdmin(OperatorAdmin):
    """Read-only; found by the beginning of a name in either script, or by one exact value."""

    permission_area = "employees"
    search_fields: ClassVar[tuple[str, ...]] = ("name_folded", "name_ar_folded")
    exact_field: ClassVar[str | None] = None

    def folded(self, search_term: str) -> str:
        """The term as the folded columns have it."""
        return fold(search_term)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        start = self.folded(search_term)
        if not start:
            return queryset, False
        found = Q()
        for column in self.search_fields:
            found |= Q(**{f"{column}__folded_prefix": start})
        if self.exact_field:
            found |= Q(**{self.exact_field: search_term.strip()})
        return queryset.filter(found), False


class CompanyRefAdmin(ReferenceAdmin):
    """Companies."""

    def folded(self, search_term: str) -> str:
        return company_name_folded(search_term)

    list_display = ("name", "name_ar", "is_active", "version", "updated_at")
    list_filter = ("is_active",)


class DepartmentRefAdmin(ReferenceAdmin):
    """Departments."""

    list_display = ("name", "name_ar", "company_id", "is_active", "updated_at")
    list_filter = ("is_active",)


class UserRefAdmin(ReferenceAdmin):
    """People's accounts."""

    list_display = ("email", "first_name", "last_name", "is_active", "updated_at")
    list_filter = ("is_active",)
    search_fields = ("name_folded",)
    exact_field = "email"


class EmployeeRefAdmin(ReferenceAdmin):
    """Employments."""

    list_display = ("number", "full_name_ar", "full_name_en", "company_id", "status", "updated_at")
    list_filter = ("status",)
    exact_field = "number"


PAGES = {
    "company": (CompanyRef, CompanyRefAdmin),
    "department": (DepartmentRef, DepartmentRefAdmin),
    "user": (UserRef, UserRefAdmin),
    "employee": (EmployeeRef, EmployeeRefAdmin),
}

for kind in settings.SERVICE.reference:
    admin.site.register(*PAGES[kind])
