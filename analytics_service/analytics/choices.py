"""The closed lists of values in this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportStatus(models.TextChoices):
    """How far a report has come."""

    PENDING = "pending", _("pending")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class Producer(models.TextChoices):
    """The services whose events are stored here."""

    AUTH = "auth", _("auth service")
    COMPANY = "company", _("company service")
    EMPLOYEE = "employee", _("employee service")
    DOCUMENT = "document", _("document service")
    NOTIFICATION = "notification", _("notification service")
