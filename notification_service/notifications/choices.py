"""The closed lists of values in this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a notice reaches its person; ``type`` in the API."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("SMS")
    PUSH = "push", _("push")
    IN_APP = "in_app", _("in the application")


class Status(models.TextChoices):
    """How far a notice has come: ``sent`` is with the provider, ``delivered`` is where its reader sees it."""

    PENDING = "pending", _("pending")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed")
    READ = "read", _("read")


class Priority(models.TextChoices):
    """How pressing a notice is."""

    LOW = "low", _("low")
    NORMAL = "normal", _("normal")
    HIGH = "high", _("high")
    URGENT = "urgent", _("urgent")


class Outcome(models.TextChoices):
    """How one attempt to deliver a notice ended."""

    STARTED = "started", _("started")
    DELIVERED = "delivered", _("delivered")
    POSTPONED = "postponed", _("tried again later")
    UNKNOWN = "unknown", _("unknown: no answer came")
    FAILED = "failed", _("failed")


class Language(models.TextChoices):
    """The languages a notice is worded in."""

    ARABIC = "ar", _("Arabic")
    ENGLISH = "en", _("English")
