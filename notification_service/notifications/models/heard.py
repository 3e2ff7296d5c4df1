"""Events of other services that become notices."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class HeardEvent(models.Model):
    """An event that notices are made from, once: it stays here when they are made, so a replay changes nothing.

    ``wake_at`` is when its notices are to be made; nothing once they are. An event may have to wait for what
    another service tells: whom it is about, what their company is called, who manages it.
    """

    event_id = models.UUIDField(_("event"), primary_key=True)
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    type = models.CharField(_("type"), max_length=100)
    payload = models.JSONField(_("content"), default=dict)
    actor_id = models.UUIDField(_("caused by"), null=True, blank=True)
    occurred_at = models.DateTimeField(_("occurred"))
    heard_at = models.DateTimeField(_("heard"), db_default=Now())
    wake_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    waits_for = models.TextField(_("waits for"), blank=True, default="")

    class Meta:
        db_table = "heard_events"
        verbose_name = _("event that makes notices")
        verbose_name_plural = _("events that make notices")
        indexes = [
            models.Index(
                fields=["wake_at"], name="events_to_be_noticed", condition=models.Q(wake_at__isnull=False)
            ),
            models.Index(fields=["heard_at"], name="heard_events_by_age"),
        ]

    def __str__(self) -> str:
        return self.type
