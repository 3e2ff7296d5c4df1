"""Closed sets of values, as the contract and the database know them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class LicenseType(TextChoices):
    """What a licence allows, as the ministries and the old system divide them."""

    MAIN = "main", pgettext_lazy("licence", "Main")
    BRANCH = "branch", pgettext_lazy("licence", "Branch")
    COMMERCIAL = "commercial", pgettext_lazy("licence", "Commercial")
    INDUSTRIAL = "industrial", pgettext_lazy("licence", "Industrial")
    PROFESSIONAL = "professional", pgettext_lazy("licence", "Professional")
    IMPORT_EXPORT = "import_export", pgettext_lazy("licence", "Import and export")
    TAILORING = "tailoring", pgettext_lazy("licence", "Tailoring")
    FABRIC = "fabric", pgettext_lazy("licence", "Fabric")
    JEWELRY = "jewelry", pgettext_lazy("licence", "Jewellery")
    RESTAURANT = "restaurant", pgettext_lazy("licence", "Restaurant")
    SERVICE = "service", pgettext_lazy("licence", "Service")


class LicenseStatus(TextChoices):
    """Whether a licence is in force; a pending one has been applied for."""

    ACTIVE = "active", pgettext_lazy("licence", "In force")
    EXPIRED = "expired", pgettext_lazy("licence", "Expired")
    PENDING = "pending", pgettext_lazy("licence", "Pending")


class PeriodStatus(TextChoices):
    """Where in its chain a period of a licence stands."""

    CURRENT = "current", pgettext_lazy("licence", "Current")
    RENEWED = "renewed", pgettext_lazy("licence", "Renewed")
