"""The event log of this service, who reads it, and how far this service has read the logs of others."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class EventRecord(models.Model):
    """An event written in the transaction that changed the data; the sequencer gives it its position later."""

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(_("position"), null=True, unique=True)
    event_id = models.UUIDField(_("event"), default=uuid.uuid4, unique=True)
    type = models.TextField(_("type"))
    aggregate_id = models.UUIDField(_("aggregate"))
    version = models.IntegerField(_("version"), default=0)
    company_id = models.UUIDField(_("company"), null=True)
    actor_id = models.UUIDField(_("actor"), null=True)
    saga_id = models.UUIDField(_("saga"), null=True)
    request_id = models.TextField(_("request"), blank=True)
    payload = models.JSONField(_("payload"))
    occurred_at = models.DateTimeField(_("occurred"), db_default=Now())

    class Meta:
        db_table = "event_log"
        verbose_name = _("event")
        verbose_name_plural = _("event log")
        indexes = [
            models.Index(
                fields=["id"], name="event_log_unstamped", condition=models.Q(position__isnull=True)
            ),
            models.Index(fields=["aggregate_id", "id"], name="event_log_aggregate"),
        ]

    def __str__(self) -> str:
        return f"{self.type} #{self.position or '–'}"


class FeedHead(models.Model):
    """The last position given out. A row and not a sequence, so a crash leaves no gap."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(_("position"), default=0)
    epoch = models.UUIDField(_("epoch"), default=uuid.uuid4)
    pruned_to = models.BigIntegerField(_("pruned to"), default=0)

    class Meta:
        db_table = "feed_head"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feed_head_is_one_row")]

    def __str__(self) -> str:
        return str(self.position)


class Subscriber(models.Model):
    """A service that reads this service's log; it registers itself by its first pull."""

    name = models.TextField(_("service"), primary_key=True)
    types = ArrayField(models.TextField(), verbose_name=_("event types"))
    acknowledged = models.BigIntegerField(_("has applied up to"), default=0)
    epoch = models.UUIDField(_("epoch"), null=True)
    last_pull_at = models.DateTimeField(_("last pull"), db_default=Now())

    class Meta:
        db_table = "feed_subscribers"
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return self.name


class Cursor(models.Model):
    """How far this service has applied one producer's log; moves in the transaction of the effects."""

    producer = models.TextField(_("producer"), primary_key=True)
    epoch = models.UUIDField(_("epoch"), null=True)
    position = models.BigIntegerField(_("position"), default=0)
    head = models.BigIntegerField(_("producer's last known position"), default=0)
    attempt_position = models.BigIntegerField(_("being tried"), default=0)
    attempts = models.IntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    moved_at = models.DateTimeField(_("moved"), db_default=Now())
    pulled_at = models.DateTimeField(_("last successful pull"), null=True)

    class Meta:
        db_table = "feed_cursors"
        verbose_name = _("feed cursor")
        verbose_name_plural = _("feed cursors")

    def __str__(self) -> str:
        return f"{self.producer} @ {self.position}"


class ParkedEvent(models.Model):
    """An event this service could not apply, with the later ones of its aggregate, waiting for an operator."""

    class State(models.TextChoices):
        PARKED = "parked", _("parked")
        APPLIED = "applied", _("applied")
        SKIPPED = "skipped", _("skipped")

    id = models.BigAutoField(primary_key=True)
    producer = models.TextField(_("producer"))
    position = models.BigIntegerField(_("position"))
    event_id = models.UUIDField(_("event"))
    type = models.TextField(_("type"))
    aggregate_id = models.UUIDField(_("aggregate"))
    company_id = models.UUIDField(_("company"), null=True)
    envelope = models.JSONField(_("content"))
    error = models.TextField(_("error"))
    attempts = models.IntegerField(_("attempts"))
    state = models.TextField(_("state"), choices=State.choices, default=State.PARKED)
    parked_at = models.DateTimeField(_("parked"), db_default=Now())
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.TextField(_("resolved by"), blank=True)

    class Meta:
        db_table = "parked_events"
        verbose_name = _("parked event")
        verbose_name_plural = _("parked events")
        constraints = [
            models.UniqueConstraint(fields=["producer", "event_id"], name="an_event_is_parked_once"),
        ]
        indexes = [
            models.Index(
                fields=["producer", "aggregate_id"],
                name="parked_aggregates",
                condition=models.Q(state="parked"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} ({self.producer} #{self.position})"


class HandledMessage(models.Model):
    """A message that was handled; the same one again, until it is too old anyway, is a replay."""

    id = models.UUIDField(_("message"), primary_key=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    class Meta:
        db_table = "handled_messages"

    def __str__(self) -> str:
        return str(self.id)


class Refusal(models.Model):
    """How often messages were refused for one reason."""

    id = models.BigAutoField(primary_key=True)
    reason = models.TextField(_("reason"))
    sender = models.TextField(_("sender"), blank=True)
    count = models.BigIntegerField(_("times"), default=0)
    first_at = models.DateTimeField(_("first"), db_default=Now())
    last_at = models.DateTimeField(_("last"), db_default=Now())

    class Meta:
        db_table = "refused_messages"
        verbose_name = _("refused messages")
        verbose_name_plural = _("refused messages")
        constraints = [models.UniqueConstraint(fields=["reason", "sender"], name="a_refusal_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.reason} × {self.count}"
