"""Performance reviews, from the draft to the end of the talk about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from common.contracts.employee import ReviewSubmitted
from common.messaging.services import publish
from employee_service.employees.choices import Lifecycle, ReviewStatus
from employee_service.employees.exceptions import (
    ReviewClosedError,
    ReviewMoveError,
    UnknownReviewerError,
)
from employee_service.employees.models import Employee, PerformanceReview
from employee_service.employees.services.aggregate import employee_lock
from employee_service.employees.services.constraints import refusing_violations
from employee_service.employees.services.records import record_lock, record_save, refuse_own

CONTENTS = frozenset(
    {
        "reviewer_id", "review_period_start", "review_period_end", "review_date", "overall_rating",
        "goals_achieved", "total_goals", "strengths", "areas_for_improvement", "comments",
    }
)  # fmt: skip
# What is submitted can be sent back; what is approved cannot.
MOVES: Mapping[ReviewStatus, frozenset[ReviewStatus]] = {
    ReviewStatus.DRAFT: frozenset({ReviewStatus.SUBMITTED}),
    ReviewStatus.SUBMITTED: frozenset({ReviewStatus.DRAFT, ReviewStatus.APPROVED}),
    ReviewStatus.APPROVED: frozenset({ReviewStatus.COMPLETED}),
    ReviewStatus.COMPLETED: frozenset(),
}


def review_create(
    *,
    employee_id: UUID,
    contents: Mapping[str, Any],
    written_by: UUID,
    status: ReviewStatus = ReviewStatus.DRAFT,
) -> PerformanceReview:
    """Write the review of an employee's work; ``contents`` are CONTENTS, ``written_by`` is an account.

    A new review is a draft or submitted at once. Raises EmployeeNotFoundError, OwnRecordError,
    UnknownReviewerError, ReviewMoveError and ValidationError.
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        refuse_own(employee, written_by)
        if status not in {ReviewStatus.DRAFT, *MOVES[ReviewStatus.DRAFT]}:
            raise ReviewMoveError(details={"status": status})
        _check_reviewer(employee, contents["reviewer_id"])
        with refusing_violations():
            review = PerformanceReview.objects.create(
                company_id=employee.company_id, employee=employee, status=status, **_known(contents)
            )
        if status == ReviewStatus.SUBMITTED:
            _publish_submitted(review)
    return review


def review_update(*, review_id: UUID, changes: Mapping[str, Any], written_by: UUID) -> PerformanceReview:
    """Change a draft's CONTENTS, move a review to another ``status``, or both.

    Raises NotFoundError, OwnRecordError, ReviewClosedError (the contents of what is no draft),
    ReviewMoveError, UnknownReviewerError and ValidationError.
    """
    with transaction.atomic():
        review = record_lock(PerformanceReview, review_id)
        refuse_own(review.employee, written_by)
        wanted = dict(changes)
        before = ReviewStatus(review.status)
        status = ReviewStatus(wanted.pop("status", before))
        changed = {name: value for name, value in _known(wanted).items() if getattr(review, name) != value}
        if changed and before != ReviewStatus.DRAFT:
            raise ReviewClosedError(details={"status": before})
        if status != before and status not in MOVES[before]:
            raise ReviewMoveError(details={"status": before})
        if not changed and status == before:
            return review
        if "reviewer_id" in changed:
            _check_reviewer(review.employee, changed["reviewer_id"])
        for name, value in {**changed, "status": status}.items():
            setattr(review, name, value)
        record_save(review)
        if before == ReviewStatus.DRAFT and status == ReviewStatus.SUBMITTED:
            _publish_submitted(review)
    return review


def _known(contents: Mapping[str, Any]) -> dict[str, Any]:
    unknown = contents.keys() - CONTENTS
    if unknown:
        raise ValueError(f"A review has no {', '.join(sorted(unknown))}.")
    return dict(contents)


def _check_reviewer(employee: Employee, reviewer_id: UUID) -> None:
    present = Employee.objects.filter(company_id=employee.company_id, lifecycle=Lifecycle.CURRENT)
    if not present.filter(id=reviewer_id).exists():
        raise UnknownReviewerError(details={"reviewer_id": str(reviewer_id)})


def _publish_submitted(review: PerformanceReview) -> None:
    publish(
        ReviewSubmitted(
            review_id=review.id,
            company_id=review.company_id,
            employee_id=review.employee_id,
            user_id=review.employee.user_id,
            reviewer_id=review.reviewer_id,
            review_period_start=review.review_period_start,
            review_period_end=review.review_period_end,
        ),
        aggregate_id=review.id,
        company_id=review.company_id,
        version=review.version,
    )
