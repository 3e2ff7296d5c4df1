"""Closed sets of values, as the contract and the database know them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CompanySize(TextChoices):
    """How big a company says it is."""

    STARTUP = "startup", _("Startup")
    SMALL = "small", _("Small")
    MEDIUM = "medium", _("Medium")
    LARGE = "large", _("Large")
    ENTERPRISE = "enterprise", _("Enterprise")


class SubscriptionPlan(TextChoices):
    """What a company has subscribed to."""

    FREE = "free", _("Free")
    BASIC = "basic", _("Basic")
    PROFESSIONAL = "professional", _("Professional")
    ENTERPRISE = "enterprise", _("Enterprise")
