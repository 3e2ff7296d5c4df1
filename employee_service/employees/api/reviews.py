"""Addresses of performance reviews, as the published contract has them."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.answers import Answer, Pagination
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.schema import ErrorResponse
from common.api.serializers import StrictSerializer
from common.api.views import ServiceAPIView
from common.errors import ValidationError
from common.security.permissions import ANYONE_SIGNED_IN
from employee_service.employees.api.fields import Count, Day, Id, LongText, Number, Text
from employee_service.employees.api.records import record_json
from employee_service.employees.choices import ReviewStatus
from employee_service.employees.models import PerformanceReview
from employee_service.employees.selectors.records import (
    EDIT_PERFORMANCE,
    SEE_PERFORMANCE,
    record_get,
    records_of,
    reviews_visible_to,
)
from employee_service.employees.selectors.visibility import employee_get, records_visible_to
from employee_service.employees.services.reviews import review_create, review_update

FIELDS = (
    "id", "employee_id", "reviewer_id", "review_period_start", "review_period_end", "review_date",
    "overall_rating", "goals_achieved", "total_goals", "strengths", "areas_for_improvement", "comments",
    "status", "created_at", "updated_at",
)  # fmt: skip
ROW = Row({name: name for name in FIELDS})


class PerformanceReviewAnswer(serializers.Serializer[Any]):
    """A review; ``reviewer_id`` is another employee of the company."""

    id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    reviewer_id = serializers.UUIDField()
    review_period_start = serializers.DateField()
    review_period_end = serializers.DateField()
    review_date = serializers.DateField()
    overall_rating = serializers.FloatField(min_value=1, max_value=5)
    goals_achieved = serializers.IntegerField(required=False)
    total_goals = serializers.IntegerField(required=False)
    strengths = serializers.ListField(child=serializers.CharField())
    areas_for_improvement = serializers.ListField(child=serializers.CharField())
    comments = serializers.CharField(required=False)
    status = serializers.ChoiceField(ReviewStatus.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OneReview(Answer):
    """A review."""

    review = PerformanceReviewAnswer()


class ReviewList(Answer):
    """Reviews."""

    reviews = PerformanceReviewAnswer(many=True)
    pagination = Pagination()


def _points() -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=500), max_length=50, required=False)


class CreatePerformanceReviewRequest(StrictSerializer):
    """A review to write; ``employee_id`` repeats the address. It is a draft unless ``status`` says submitted."""

    employee_id = Id()
    reviewer_id = Id(help_text=_("Another employee of the company, who works there now."))
    review_period_start = Day()
    review_period_end = Day()
    review_date = Day()
    overall_rating = Number(max_digits=3, decimal_places=2, min_value=1, max_value=5)
    goals_achieved = Count(required=False)
    total_goals = Count(required=False)
    strengths = _points()
    areas_for_improvement = _points()
    comments = LongText(required=False, allow_blank=True)
    status = serializers.ChoiceField(ReviewStatus.choices, required=False)


class UpdatePerformanceReviewRequest(StrictSerializer):
    """Fields to change; those that are missing stay as they are. Another status moves the review on."""

    employee_id = Id(required=False)
    reviewer_id = Id(required=False)
    review_period_start = Day(required=False)
    review_period_end = Day(required=False)
    review_date = Day(required=False)
    overall_rating = Number(max_digits=3, decimal_places=2, min_value=1, max_value=5, required=False)
    goals_achieved = Count(required=False)
    total_goals = Count(required=False)
    strengths = _points()
    areas_for_improvement = _points()
    comments = LongText(required=False, allow_blank=True)
    status = serializers.ChoiceField(ReviewStatus.choices, required=False)


class ReviewsQuery(ListQuery):
    """What the list of reviews takes."""

    status = serializers.ChoiceField(ReviewStatus.choices, required=False)


class EmployeeReviewsView(ServiceAPIView):
    """The reviews of one employee's work; a draft is for those who may write it."""

    idempotent = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": EDIT_PERFORMANCE}
    query_serializers = {"GET": ReviewsQuery}
    body_serializers = {"POST": CreatePerformanceReviewRequest}
    answer_serializers = {"GET": ReviewList, "POST": {201: OneReview, 409: ErrorResponse}}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """List an employee's reviews, the latest first."""
        employee = employee_get(self.person, employee_id, SEE_PERFORMANCE)
        query = self.query()
        reviews = records_of(reviews_visible_to(self.person), employee)
        if "status" in query:
            reviews = reviews.filter(status=query["status"])
        return paginate(reviews, query, key="reviews", row=ROW, ordering=("-review_date",))

    def post(self, request: Request, employee_id: UUID) -> Response:
        """Write a review; nobody of their own work."""
        employee = employee_get(self.person, employee_id, EDIT_PERFORMANCE)
        contents = _contents(self.body(), employee.id)
        status = ReviewStatus(contents.pop("status", ReviewStatus.DRAFT))
        review = review_create(
            employee_id=employee.id, contents=contents, status=status, written_by=self.person.id
        )
        return Response({"success": True, "review": record_json(review, ROW)}, status=201)


class ReviewView(ServiceAPIView):
    """One review."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": EDIT_PERFORMANCE}
    body_serializers = {"PUT": UpdatePerformanceReviewRequest}
    answer_serializers = {"GET": OneReview, "PUT": {200: OneReview, 409: ErrorResponse}}

    def get(self, request: Request, review_id: UUID) -> Response:
        """The review, if one may see it."""
        review = record_get(reviews_visible_to(self.person), review_id)
        return Response({"success": True, "review": record_json(review, ROW)})

    def put(self, request: Request, review_id: UUID) -> Response:
        """Change a draft, or move a review on: draft, submitted, approved, completed; submitted goes back."""
        writable = records_visible_to(PerformanceReview.objects.all(), self.person, EDIT_PERFORMANCE)
        found = record_get(writable, review_id)
        review = review_update(
            review_id=review_id,
            changes=_contents(self.body(), found.employee_id),
            written_by=self.person.id,
        )
        return Response({"success": True, "review": record_json(review, ROW)})


def _contents(body: dict[str, Any], employee_id: UUID) -> dict[str, Any]:
    """The body without the employee's id, which must be the review's own."""
    contents = dict(body)
    if contents.pop("employee_id", employee_id) != employee_id:
        raise ValidationError(details={"employee_id": [_("This review is about another employee.")]})
    return contents
