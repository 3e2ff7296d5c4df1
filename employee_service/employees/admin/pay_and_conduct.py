"""Deductions, violations and reviews for HR staff."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from employee_service.employees.admin.filters import CompanyFilter
from employee_service.employees.admin.names import asking
from employee_service.employees.admin.records import RecordAdmin, RecordForm
from employee_service.employees.choices import DeductionStatus, ReviewStatus
from employee_service.employees.models import Deduction, PerformanceReview, Violation
from employee_service.employees.selectors.records import (
    EDIT_PERFORMANCE,
    deductions_visible_to,
    reviews_visible_to,
    violations_visible_to,
)
from employee_service.employees.services.deductions import deduction_create, deduction_update
from employee_service.employees.services.reviews import CONTENTS, MOVES, review_create, review_update
from employee_service.employees.services.violations import violation_record, violation_update


@admin.register(Deduction)
class DeductionAdmin(RecordAdmin):
    """Deductions from pay, for who may see pay."""

    permission_area = "payroll"
    permission_verbs = {"add": "edit"}
    right = "payroll:edit"
    accounts = ("recorded_by",)
    list_display = (
        "employee", "deduction_type", "amount", "effective_date", "status", "recorded_by_name",
    )  # fmt: skip
    list_filter = (CompanyFilter, "deduction_type", "status")
    ordering = ("-effective_date", "-id")
    fields = ("employee", "deduction_type", "amount", "effective_date", "description", "status")

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return deductions_visible_to(asking(request))

    @admin.display(description=_("recorded by"))
    def recorded_by_name(self, deduction: Any) -> str:
        """The account that recorded it."""
        return deduction.recorded_by_name or self.get_empty_value_display()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A new deduction is active."""
        fields = tuple(map(str, self.fields or ()))
        return fields if obj is not None else fields[:-1]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is completed or cancelled stays as it is."""
        closed = obj is not None and obj.status != DeductionStatus.ACTIVE
        return not closed and super().has_change_permission(request, obj)

    def create(self, request: HttpRequest, employee_id: UUID, values: dict[str, Any]) -> Deduction:
        """Hold money back."""
        return deduction_create(employee_id=employee_id, recorded_by=asking(request).id, **values)

    def update(self, request: HttpRequest, record_id: UUID, changes: dict[str, Any]) -> None:
        """Change an active one."""
        deduction_update(deduction_id=record_id, changes=changes, changed_by=asking(request).id)


@admin.register(Violation)
class ViolationAdmin(RecordAdmin):
    """Violations of the company's rules."""

    permission_area = "performance"
    permission_verbs = {"add": "edit"}
    right = EDIT_PERFORMANCE
    accounts = ("reported_by",)
    list_display = ("employee", "violation_type", "severity", "occurred_on", "reported_by_name")
    list_filter = (CompanyFilter, "violation_type", "severity")
    ordering = ("-occurred_on", "-id")
    fields = ("employee", "violation_type", "severity", "occurred_on", "description")

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return violations_visible_to(asking(request))

    @admin.display(description=_("reported by"))
    def reported_by_name(self, violation: Any) -> str:
        """The account that reported it."""
        return violation.reported_by_name or self.get_empty_value_display()

    def create(self, request: HttpRequest, employee_id: UUID, values: dict[str, Any]) -> Violation:
        """Write down what happened."""
        return violation_record(employee_id=employee_id, reported_by=asking(request).id, **values)

    def update(self, request: HttpRequest, record_id: UUID, changes: dict[str, Any]) -> None:
        """Correct it."""
        violation_update(violation_id=record_id, changes=changes, changed_by=asking(request).id)


def _points(label: Any) -> SimpleArrayField:
    return SimpleArrayField(
        forms.CharField(max_length=500),
        label=label,
        delimiter="\n",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line."),
    )


class ReviewForm(RecordForm):
    """A review: a draft with all its contents, later the next step only."""

    strengths = _points(_("strengths"))
    areas_for_improvement = _points(_("areas for improvement"))

    class Meta:
        model = PerformanceReview
        fields = ("employee", *sorted(CONTENTS - {"reviewer_id"}), "reviewer", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            now = ReviewStatus(self.instance.status)
            choices = [(step.value, step.label) for step in ReviewStatus if step in {now, *MOVES[now]}]
            self.fields["status"].choices = choices  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """The changed values by the names that the service knows."""
        return reviewer_by_id(super().changes())


def reviewer_by_id(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with the reviewer's id in place of the reviewer."""
    others = {name: value for name, value in values.items() if name != "reviewer"}
    return {**others, "reviewer_id": values["reviewer"].pk} if "reviewer" in values else others


@admin.register(PerformanceReview)
class ReviewAdmin(RecordAdmin):
    """Performance reviews; the reviewer is another employee."""

    permission_area = "performance"
    permission_verbs = {"add": "edit"}
    right = EDIT_PERFORMANCE
    form = ReviewForm
    list_display = (
        "employee",
        "reviewer",
        "review_period_start",
        "review_period_end",
        "overall_rating",
        "status",
    )
    list_filter = (CompanyFilter, "status")
    list_select_related = ("employee", "reviewer")
    ordering = ("-review_date", "-id")
    autocomplete_fields = ("employee", "reviewer")
    fields = (
        "employee", "reviewer", ("review_period_start", "review_period_end"), "review_date", "overall_rating",
        ("goals_achieved", "total_goals"), "strengths", "areas_for_improvement", "comments", "status",
    )  # fmt: skip

    def visible(self, request: HttpRequest) -> QuerySet[Any]:
        """As the API shows them."""
        return reviews_visible_to(asking(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only a draft's contents change."""
        fields = super().get_readonly_fields(request, obj)
        if obj is None or obj.status == ReviewStatus.DRAFT:
            return fields
        return (*fields, *sorted(CONTENTS - {"reviewer_id"}), "reviewer")

    def create(self, request: HttpRequest, employee_id: UUID, values: dict[str, Any]) -> PerformanceReview:
        """Write a draft, or submit at once."""
        contents = reviewer_by_id(values)
        status = ReviewStatus(contents.pop("status"))
        return review_create(
            employee_id=employee_id, contents=contents, status=status, written_by=asking(request).id
        )

    def update(self, request: HttpRequest, record_id: UUID, changes: dict[str, Any]) -> None:
        """Change a draft, or move a review on."""
        review_update(review_id=record_id, changes=changes, written_by=asking(request).id)
