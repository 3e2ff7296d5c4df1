"""Reports that people asked for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import ReportStatus
from analytics_service.analytics.models.base import CompanyRow


class Report(CompanyRow):
    """A report somebody asked for."""

    kind = models.CharField(_("kind"), max_length=100)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=ReportStatus.choices, default=ReportStatus.PENDING
    )
    requested_by = models.UUIDField(_("requested by"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        db_table = "reports"
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ReportStatus.values), name="report_statuses_are_known"
            ),
        ]
        indexes = [models.Index(fields=["company_id", "-created_at", "-id"], name="newest_reports")]

    def __str__(self) -> str:
        return self.kind
