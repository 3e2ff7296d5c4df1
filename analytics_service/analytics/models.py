"""Every event of the other services, and what is counted from them."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import Producer, ReportStatus


class StoredEvent(models.Model):
    """An event as its producer published it; ``id`` is the event's own, so that it is stored once.

    An event about no company (a sign-in, say) has no ``company_id`` and is for the group's own staff only.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    producer = models.CharField(_("producer"), max_length=20, choices=Producer.choices)
    position = models.BigIntegerField(_("position in the producer's log"))
    type = models.CharField(_("type"), max_length=100)
    company_id = models.UUIDField(_("company"), null=True)
    aggregate_id = models.UUIDField(_("about"))
    version = models.IntegerField(_("version"))
    actor_id = models.UUIDField(_("done by"), null=True)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"), db_default=Now())
    payload = models.JSONField(_("content"))

    class Meta:
        db_table = "analytics_events"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="newest_events"),
            models.Index(fields=["company_id", "-occurred_at", "-id"], name="newest_events_of_a_company"),
            models.Index(
                fields=["company_id", "type", "-occurred_at", "-id"], name="newest_events_of_a_type"
            ),
            models.Index(
                fields=["company_id", "-received_at", "-position"],
                name="headcounts_of_a_company",
                condition=models.Q(type="headcount.changed"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} ({self.producer} #{self.position})"


class CompanyRow(models.Model):
    """A row that belongs to one company; row-level security shows it to nobody else."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"))
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        abstract = True


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


class CachedMetric(CompanyRow):
    """A figure of one company for one day; ``dimension`` divides it further (a department, say)."""

    metric = models.CharField(_("metric"), max_length=100)
    dimension = models.CharField(_("dimension"), max_length=200, blank=True)
    day = models.DateField(_("day"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=3)

    class Meta:
        db_table = "metrics_cache"
        verbose_name = _("metric")
        verbose_name_plural = _("metrics")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "metric", "dimension", "day"], name="a_figure_is_kept_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.day}: {self.value}"
