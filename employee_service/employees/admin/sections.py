"""Sections of an employee's page: leaves, deductions, violations, reviews, and the dated record."""

from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, UUIDField, Value, When
from django.db.models.functions import Cast, NullIf
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.reference.models import DepartmentRef
from common.reference.selectors import name_for_reader
from common.staff.inlines import ReadOnlyInline
from employee_service.employees.admin.inlines import ProfileInline, RelationshipInline
from employee_service.employees.admin.names import asking, with_account_names
from employee_service.employees.choices import EmploymentStatus, EmploymentType, HistoryKind
from employee_service.employees.models import (
    Deduction,
    Employee,
    EmploymentEvent,
    Leave,
    PerformanceReview,
    Violation,
)
from employee_service.employees.selectors.leaves import VIEW
from employee_service.employees.selectors.records import (
    deductions_visible_to,
    reviews_visible_to,
    violations_visible_to,
)
from employee_service.employees.selectors.visibility import (
    may_see_pay,
    may_see_pay_of_all,
    records_visible_to,
)

ADDING = (
    ("leave", _("Request leave")),
    ("deduction", _("Record a deduction")),
    ("violation", _("Record a violation")),
    ("performancereview", _("Write a review")),
)
LABELS = {
    HistoryKind.STATUS_CHANGED: dict(EmploymentStatus.choices),
    HistoryKind.TERMINATED: dict(EmploymentStatus.choices),
    HistoryKind.EMPLOYMENT_TYPE_CHANGED: dict(EmploymentType.choices),
}


def links_to_add(request: HttpRequest, employee_id: str) -> list[tuple[str, Any]]:
    """Where the reader may add something about an employee, and what."""
    may = request.user.has_perm
    return [
        (f"{reverse(f'admin:employees_{model}_add')}?employee={employee_id}", label)
        for model, label in ADDING
        if may(f"employees.add_{model}")
    ]


class RecordInline(ReadOnlyInline):
    """Records with pages of their own, to which the last column leads."""

    def page(self, record: Any) -> str:
        """A link; the stock one stands above the row, where these pages hide it."""
        url = reverse(f"admin:employees_{record._meta.model_name}_change", args=[record.pk])
        return format_html('<a href="{}">{}</a>', url, _("Open"))

    page.short_description = pgettext_lazy("record", "page")  # type: ignore[attr-defined]


class LeaveInline(RecordInline):
    """The leaves that the reader may see."""

    model = Leave
    fields = ("leave_type", "start_date", "end_date", "days", "status", "page")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return records_visible_to(Leave.objects.all(), asking(request), VIEW)


class DeductionInline(RecordInline):
    """Deductions, for who may see the employee's pay."""

    model = Deduction
    fields = ("deduction_type", "amount", "effective_date", "status", "page")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return deductions_visible_to(asking(request))


class ViolationInline(RecordInline):
    """The violations that the reader may see."""

    model = Violation
    fields = ("violation_type", "severity", "occurred_on", "description", "page")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return violations_visible_to(asking(request))


class ReviewInline(RecordInline):
    """The reviews that the reader may see."""

    model = PerformanceReview
    fk_name = "employee"
    fields = ("reviewer", "review_period_start", "review_period_end", "overall_rating", "status", "page")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return reviews_visible_to(asking(request)).select_related("reviewer")


class HistoryInline(ReadOnlyInline):
    """The dated record, in words; pay and reasons for who may see the employee's pay."""

    model = EmploymentEvent
    fields = ("effective_date", "kind", "before", "after", "reason", "changed_by", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the names behind the ids."""
        entries = with_values(with_account_names(EmploymentEvent.objects.all(), "actor_id"))
        if may_see_pay_of_all(asking(request)):
            return entries
        return entries.exclude(kind=HistoryKind.PAY_CHANGED)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Reasons may tell more than everybody is to know."""
        hidden = () if obj is None or may_see_pay(asking(request), obj) else ("reason",)
        return tuple(name for name in map(str, self.fields or ()) if name not in hidden)

    def before(self, entry: Any) -> str:
        """What was."""
        return shown(entry, "old", self.get_empty_value_display())

    def after(self, entry: Any) -> str:
        """What came."""
        return shown(entry, "new", self.get_empty_value_display())

    def changed_by(self, entry: Any) -> str:
        """The account at whose hand it changed."""
        return entry.actor_id_name or self.get_empty_value_display()

    before.short_description = pgettext_lazy("history", "before")  # type: ignore[attr-defined]
    after.short_description = pgettext_lazy("history", "after")  # type: ignore[attr-defined]
    changed_by.short_description = _("changed by")  # type: ignore[attr-defined]


def with_values(entries: QuerySet[Any]) -> QuerySet[Any]:
    """Entries with the names of the departments and managers before and after."""
    for side in ("old", "new"):
        for kind in (HistoryKind.TRANSFERRED, HistoryKind.MANAGER_CHANGED):
            key = Cast(NullIf(F(f"{side}_value"), Value("")), UUIDField())
            entries = entries.annotate(**{f"{side}_{kind}": Case(When(kind=kind, then=key))})
        department = DepartmentRef.objects.filter(department_id=OuterRef(f"{side}_transferred"))
        manager = Employee.objects.filter(id=OuterRef(f"{side}_manager_changed"))
        entries = entries.annotate(
            **{
                f"{side}_department": Subquery(department.values_list(name_for_reader())[:1]),
                f"{side}_manager": Subquery(manager.values_list("number")[:1]),
            }
        )
    return entries


def shown(entry: Any, side: str, nothing: str) -> str:
    """One side of a change as people read it."""
    value = getattr(entry, f"{side}_value")
    match entry.kind:
        case HistoryKind.PAY_CHANGED:
            salary = getattr(entry, f"{side}_salary")
            return nothing if salary is None else f"{salary:.3f}"
        case HistoryKind.TRANSFERRED:
            value = getattr(entry, f"{side}_department") or value
        case HistoryKind.MANAGER_CHANGED:
            value = getattr(entry, f"{side}_manager") or value
        case kind if kind in LABELS:
            value = LABELS[kind].get(value, value)
    return str(value) if value else nothing


SECTIONS = (
    ProfileInline,
    RelationshipInline,
    LeaveInline,
    DeductionInline,
    ViolationInline,
    ReviewInline,
    HistoryInline,
)
