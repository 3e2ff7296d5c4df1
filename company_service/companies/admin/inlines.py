"""What stands on the page of a company or a licence to be read; each row leads to its own page."""

from typing import Any, ClassVar, Final

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.days import today
from common.staff.inlines import ReadOnlyInline
from company_service.companies import selectors
from company_service.companies.admin.parts import left_to_right
from company_service.companies.choices import LicenseStatus
from company_service.companies.models import Department, License, LicenseNotice, LicensePeriod

# The style sheet has a step for each depth up to this one.
DEEPEST_INDENT: Final = 6


class LicenseInline(ReadOnlyInline):
    """A company's licences in use, the next end first."""

    model = License
    fields = ("number", "name", "type", "status_today", "expires_on", "days_left")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[License]:
        """With the days that are left."""
        licenses = selectors.licenses_today(super().get_queryset(request).filter(is_active=True), today())
        return licenses.order_by(F("expires_on").asc(nulls_last=True), "id")

    @admin.display(description=_("status"))
    def status_today(self, found: License) -> str:
        """As it is today."""
        return str(LicenseStatus(found.shown_status).label)

    @admin.display(description=_("days left"))
    def days_left(self, found: License) -> str:
        """Until the last valid day; negative after it."""
        return self.get_empty_value_display() if found.days_left is None else left_to_right(found.days_left)


class DepartmentInline(ReadOnlyInline):
    """A company's departments as a tree, their people counted."""

    model = Department
    fields = ("in_tree", "name_ar", "employee_count", "is_active")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        """In the order of the tree."""
        return selectors.with_employee_count(selectors.department_tree())

    @admin.display(description=_("department"))
    def in_tree(self, department: Department) -> str:
        """The name, as far in as the department is deep."""
        return indented(department)

    @admin.display(description=_("employees"))
    def employee_count(self, department: Department) -> str:
        """The people directly in it."""
        return str(department.employee_count)


class PeriodInline(ReadOnlyInline):
    """The periods of a licence that renewals have ended."""

    model = LicensePeriod
    fields: ClassVar[Any] = ("number", "issued_on", "expires_on", "renewed_at", "renewed_by")


class NoticeInline(ReadOnlyInline):
    """What was told of a licence's ends."""

    model = LicenseNotice
    fields: ClassVar[Any] = ("expires_on", "step_days", "announced", "noted_on")

    @admin.display(description=_("step"))
    def step_days(self, notice: LicenseNotice) -> str:
        """Days before the end; negative after it."""
        return left_to_right(notice.step)


def indented(department: Department) -> str:
    """The name, as far in as the department is deep."""
    return format_html(
        '<span class="depth-{}">{}</span>', min(department.depth, DEEPEST_INDENT), department.name
    )
