"""What is shown on an employee's page beside their record."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.staff.inlines import ReadOnlyInline
from employee_service.employees.admin.forms import ProfileForm
from employee_service.employees.models import EmployeeProfile, Relationship

if TYPE_CHECKING:
    StackedInline = admin.StackedInline[Any, Any]
else:
    StackedInline = admin.StackedInline


class ProfileInline(StackedInline):
    """The personal details; who may edit the employee may edit them."""

    model = EmployeeProfile
    form = ProfileForm
    can_delete = False
    max_num = 1
    extra = 1
    fields = (
        ("date_of_birth", "gender", "marital_status"),
        ("street", "city", "state"),
        ("zip_code", "country"),
        ("emergency_contact_name", "emergency_contact_phone", "emergency_contact_relationship"),
        "skills",
        "certifications",
        "notes",
        "education",
        "work_experience",
    )
    readonly_fields = ("education", "work_experience")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see the page, which was asked before."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may edit the employee."""
        return bool(request.user.has_perm("employees.change_employee"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may edit the employee."""
        return bool(request.user.has_perm("employees.change_employee"))


class RelationshipInline(ReadOnlyInline):
    """Lines to others, present and past; the manager is changed above."""

    model = Relationship
    fk_name = "employee"
    fields = ("kind", "related_employee", "start_date", "end_date")
    verbose_name = _("line")
    verbose_name_plural = _("lines to others")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the other employee's name, in one query."""
        return super().get_queryset(request).select_related("related_employee")
