"""What is counted, day by day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import Dimension, Metric
from common.company_rows import CompanyRow


class CachedMetric(CompanyRow):
    """How much a figure of a company changed on one day.

    ``dimension`` says by what the figure is divided and ``member`` which part this is (a department's id, a
    nationality, a type); both empty stand for the whole. A figure as of a day is the sum of the changes up to
    it, a figure of a period the sum within it. The id is made of the other columns, so that a rebuild makes
    the same row again. A change of nothing has no row.
    """

    metric = models.CharField(_("metric"), max_length=100, choices=Metric.choices)
    dimension = models.CharField(_("divided by"), max_length=200, blank=True, choices=Dimension.choices)
    member = models.CharField(_("part"), max_length=200, blank=True, default="", db_default="")
    day = models.DateField(_("day"))
    value = models.DecimalField(_("change"), max_digits=18, decimal_places=3)

    class Meta:
        db_table = "metrics_cache"
        verbose_name = _("metric")
        verbose_name_plural = _("metrics")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "metric", "dimension", "member", "day"],
                include=["value"],
                name="a_change_is_kept_once_a_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(value=0),
                name="a_change_changes_something",
                violation_error_message=_("A change of nothing is not kept."),
            ),
        ]
        indexes = [
            # For those who serve all companies.
            models.Index(
                fields=["metric", "dimension", "day"],
                include=["company_id", "member", "value"],
                name="metrics_of_all_companies",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.day}: {self.value:+}"
