"""Notices to people, and the attempts to deliver them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, ExpressionWrapper, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.company_rows import CompanyRow
from notification_service.notifications.choices import Channel, Language, Outcome, Priority, Status
from notification_service.notifications.models.templates import Template

URGENCY = (Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW)


class Notification(CompanyRow):
    """One notice to one person over one channel.

    ``due_at`` is when a sender may take it next: a time ahead while one has it in hand (``lease``), and nothing
    once it was sent, given up or read. After ``give_up_at`` nobody tries any more.
    """

    user_id = models.UUIDField(_("person"))
    type = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    title = models.CharField(_("title"), max_length=255)
    message = models.TextField(_("message"))
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.ARABIC
    )
    category = models.CharField(_("category"), max_length=50, default="general")
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
    source_event_id = models.UUIDField(_("made from the event"), null=True, blank=True)
    sender_id = models.UUIDField(_("sent by"), null=True, blank=True)
    due_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    give_up_at = models.DateTimeField(_("given up after"), null=True, blank=True)
    lease = models.UUIDField(_("in the hands of"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    round = models.PositiveSmallIntegerField(_("sent again by hand"), default=0)
    error = models.TextField(_("last error"), blank=True, default="")
    old_id = models.CharField(
        _("id in the old system"), max_length=64, blank=True, default="", db_default="", editable=False
    )
    urgency = models.GeneratedField(
        verbose_name=_("order of sending"),
        expression=Case(
            *(When(priority=priority, then=Value(rank)) for rank, priority in enumerate(URGENCY)),
            output_field=models.SmallIntegerField(),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    is_failed = models.GeneratedField(
        verbose_name=_("failed"),
        expression=ExpressionWrapper(Q(status=Status.FAILED), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        db_table = "notifications"
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(condition=Q(type__in=Channel.values), name="notice_channels_are_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="notice_statuses_are_known"),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="notice_priorities_are_known"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.READ, read_at__isnull=False)
                | (~Q(status=Status.READ) & Q(read_at__isnull=True)),
                name="a_read_notice_says_when",
                violation_error_message=_("A notice has the time it was read if, and only if, it was read."),
            ),
            models.CheckConstraint(
                condition=Q(status=Status.PENDING, due_at__isnull=False)
                | (~Q(status=Status.PENDING) & Q(due_at__isnull=True)),
                name="a_notice_is_due_while_it_is_pending",
                violation_error_message=_("A notice is due if, and only if, it is pending."),
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="notices_of_a_company"),
            models.UniqueConstraint(
                fields=["source_event_id", "user_id", "type"],
                name="an_event_is_noticed_once_a_person_and_channel",
                condition=Q(source_event_id__isnull=False),
            ),
        ]
        indexes = [
            # With the filters of the list inside, so that counting a person's notices reads no row.
            models.Index(
                fields=["company_id", "user_id", "-created_at", "-id"],
                include=["scheduled_at", "status", "type", "priority"],
                name="notices_of_a_reader",
            ),
            models.Index(
                fields=["company_id", "user_id", "-created_at", "-id"],
                include=["scheduled_at", "status", "type", "priority"],
                name="unread_notices_of_a_reader",
                condition=Q(read_at__isnull=True),
            ),
            models.Index(
                fields=["type", "urgency", "due_at"], name="notices_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["give_up_at"], name="notices_to_give_up", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["company_id", "-is_failed", "-created_at", "-id"], name="ledger_of_a_company"
            ),
            models.Index(fields=["-is_failed", "-created_at", "-id"], name="ledger_of_the_group"),
            # Rows come in the order of their time, so this costs next to nothing; the nightly purge needs no more.
            BrinIndex(fields=["created_at"], name="notices_by_age"),
        ]

    def __str__(self) -> str:
        return self.title


class DeliveryLog(CompanyRow):
    """One attempt to deliver a notice; ``attempt`` counts from 1.

    The row is committed before the provider gets the notice and completed with its answer: one that stays
    ``started`` tells of a sender that was killed in between.
    """

    notification = models.ForeignKey(
        Notification,
        verbose_name=_("notice"),
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.STARTED)
    error = models.TextField(_("error"), blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

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
                condition=Q(outcome__in=Outcome.values), name="delivery_outcomes_are_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt}: {self.get_outcome_display()}"


class ChannelState(models.Model):
    """Whether a channel's provider can be reached; while it cannot, nobody tries before ``retry_at``."""

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, primary_key=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    down_since = models.DateTimeField(_("down since"), null=True, blank=True)
    retry_at = models.DateTimeField(_("next attempt"), db_default=Now())
    error = models.TextField(_("last error"), blank=True, default="")
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        db_table = "channel_states"
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return str(self.get_channel_display())
