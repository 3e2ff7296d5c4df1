"""Every event of the other services."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import Producer


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
                fields=["company_id", "producer", "-occurred_at", "-id"], name="newest_events_of_a_producer"
            ),
            models.Index(fields=["type", "-occurred_at", "-id"], name="newest_events_by_type"),
            models.Index(fields=["aggregate_id", "-occurred_at", "-id"], name="newest_events_about_a_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.type} ({self.producer} #{self.position})"
