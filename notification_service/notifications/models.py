"""Notices to people, the templates they are made from, and the attempts to deliver them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notification_service.notifications.choices import Channel, Outcome, Priority, Status


class CompanyRow(models.Model):
    """A row that belongs to one company; row-level security shows it to nobody else."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"))
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        abstract = True


class Template(CompanyRow):
    """The wording of one kind of notice; ``variables`` are the names its text may use."""

    name = models.CharField(_("name"), max_length=100)
    type = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    content = models.TextField(_("content"))
    variables = ArrayField(
        models.CharField(max_length=100), verbose_name=_("variables"), default=list, blank=True
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "templates"
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "name", "type"],
                name="a_template_name_is_used_once_a_channel",
                violation_error_message=_("There is already a template of that name for this channel."),
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=Channel.values), name="template_channels_are_known"
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="templates_of_a_company"),
        ]

    def __str__(self) -> str:
        return self.name


class Notification(CompanyRow):
    """One notice to one person over one channel."""

    user_id = models.UUIDField(_("person"))
    type = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    title = models.CharField(_("title"), max_length=255)
    message = models.TextField(_("message"))
    template = models.ForeignKey(
        Template,
        verbose_name=_("template"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notifications",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PENDING)
    priority = models.CharField(
        _("priority"), max_length=10, choices=Priority.choices, default=Priority.NORMAL
    )
    scheduled_at = models.DateTimeField(_("not before"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    metadata = models.JSONField(_("more data"), default=dict, blank=True)

    class Meta:
        db_table = "notifications"
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__in=Channel.values), name="notice_channels_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=Status.values), name="notice_statuses_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=Priority.values), name="notice_priorities_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status=Status.READ, read_at__isnull=False)
                | (~models.Q(status=Status.READ) & models.Q(read_at__isnull=True)),
                name="a_read_notice_says_when",
                violation_error_message=_("A notice has the time it was read if, and only if, it was read."),
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="notices_of_a_company"),
        ]
        indexes = [
            models.Index(fields=["company_id", "user_id", "-created_at", "-id"], name="notices_of_a_person"),
            models.Index(
                fields=["company_id", "user_id", "-created_at", "-id"],
                name="unread_notices_of_a_person",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DeliveryLog(CompanyRow):
    """One attempt to deliver a notice; ``attempt`` counts from 1."""

    notification = models.ForeignKey(
        Notification,
        verbose_name=_("notice"),
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        db_table = "delivery_logs"
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "attempt"],
                name="an_attempt_is_recorded_once",
                violation_error_message=_("This attempt is already recorded."),
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="delivery_outcomes_are_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.get_outcome_display()}"
