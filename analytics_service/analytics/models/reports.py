"""Reports that people asked for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import ReportFormat, ReportKind, ReportStatus
from common.company_rows import DatedRow


class Report(DatedRow):
    """A report somebody asked for; one without a company is of all of them, for the group's own staff.

    Whoever writes it holds it until ``lease_until`` and raises ``fence`` with the claim: a process that lost
    it can finish nothing. ``rows`` are those written so far; ``language`` is the reader's.
    """

    company_id = models.UUIDField(_("company"), null=True)
    kind = models.CharField(_("kind"), max_length=100, choices=ReportKind.choices)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    format = models.CharField(
        _("format"), max_length=10, choices=ReportFormat.choices, default=ReportFormat.CSV
    )
    language = models.CharField(_("language"), max_length=10, default="en")
    status = models.CharField(
        _("status"), max_length=10, choices=ReportStatus.choices, default=ReportStatus.PENDING
    )
    requested_by = models.UUIDField(_("requested by"))
    rows = models.BigIntegerField(_("rows"), default=0)
    size = models.BigIntegerField(_("size in bytes"), default=0)
    file = models.CharField(_("file"), max_length=300, blank=True)
    error = models.TextField(_("error"), blank=True)
    fence = models.IntegerField(editable=False, default=0)
    attempts = models.IntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    expires_at = models.DateTimeField(_("file kept until"), null=True, blank=True)

    class Meta:
        db_table = "reports"
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ReportStatus.values), name="report_statuses_are_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=ReportStatus.READY) | (~Q(file="") & Q(expires_at__isnull=False)),
                name="a_ready_report_has_a_file",
                violation_error_message=_("A report that is ready has a file."),
            ),
            models.CheckConstraint(
                condition=~Q(status=ReportStatus.RUNNING) | Q(lease_until__isnull=False),
                name="a_running_report_is_held",
                violation_error_message=_("A report that is being written is held by somebody."),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at", "-id"], name="newest_reports"),
            models.Index(fields=["-created_at", "-id"], name="newest_reports_of_all"),
            models.Index(
                fields=["created_at"],
                name="reports_to_be_written",
                condition=Q(status__in=[ReportStatus.PENDING, ReportStatus.RUNNING]),
            ),
            models.Index(
                fields=["expires_at"], name="reports_with_files", condition=Q(status=ReportStatus.READY)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_format_display()})"
