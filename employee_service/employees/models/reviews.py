"""Performance reviews: what a colleague in charge thinks of an employee's work in a period."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from employee_service.employees.choices import ReviewStatus
from employee_service.employees.models.employee import Employee
from employee_service.employees.models.records import EmployeeRecord


class PerformanceReview(EmployeeRecord):
    """A review by ``reviewer``, another employee of the company; the rating goes from 1 to 5."""

    reviewer = models.ForeignKey(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="reviews_written",
        verbose_name=_("reviewer"),
    )
    review_period_start = models.DateField(_("period from"))
    review_period_end = models.DateField(_("period to"))
    review_date = models.DateField(_("date of the review"))
    overall_rating = models.DecimalField(_("overall rating"), max_digits=3, decimal_places=2)
    goals_achieved = models.PositiveIntegerField(_("goals achieved"), null=True, blank=True)
    total_goals = models.PositiveIntegerField(_("goals in all"), null=True, blank=True)
    strengths = ArrayField(models.TextField(), verbose_name=_("strengths"), default=list, blank=True)
    areas_for_improvement = ArrayField(
        models.TextField(), verbose_name=_("areas for improvement"), default=list, blank=True
    )
    comments = models.TextField(_("comments"), blank=True)
    status = models.CharField(_("status"), max_length=16, choices=ReviewStatus, default=ReviewStatus.DRAFT)

    class Meta:
        db_table = "performance_reviews"
        verbose_name = _("performance review")
        verbose_name_plural = _("performance reviews")
        ordering = ["-review_date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(review_period_end__gte=F("review_period_start")),
                name="a_review_period_does_not_end_before_it_starts",
                violation_error_message=pgettext_lazy("review", "The period cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(overall_rating__gte=1, overall_rating__lte=5),
                name="a_rating_goes_from_one_to_five",
                violation_error_message=_("The rating goes from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(goals_achieved__isnull=True)
                | Q(total_goals__isnull=True)
                | Q(goals_achieved__lte=F("total_goals")),
                name="no_more_goals_are_achieved_than_there_are",
                violation_error_message=_("No more goals can be achieved than there are."),
            ),
            models.CheckConstraint(
                condition=~Q(employee=F("reviewer")),
                name="nobody_reviews_themselves",
                violation_error_message=_("Nobody reviews themselves."),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "-review_date", "-id"], name="reviews_by_date"),
            models.Index(
                fields=["company_id", "employee", "-review_date", "-id"], name="reviews_by_employee"
            ),
            models.Index(fields=["company_id", "reviewer"], name="reviews_by_reviewer"),
            models.Index(fields=["-review_date", "-id"], name="reviews_of_all_companies"),
        ]

    def __str__(self) -> str:
        return f"{self.review_period_start:%Y-%m-%d} – {self.review_period_end:%Y-%m-%d}"
