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


class LicenseType(TextChoices):
    """What a licence allows, as the ministries and the old system divide them."""

    MAIN = "main", _("Main")
    BRANCH = "branch", _("Branch")
    COMMERCIAL = "commercial", _("Commercial")
    INDUSTRIAL = "industrial", _("Industrial")
    PROFESSIONAL = "professional", _("Professional")
    IMPORT_EXPORT = "import_export", _("Import and export")
    TAILORING = "tailoring", _("Tailoring")
    FABRIC = "fabric", _("Fabric")
    JEWELRY = "jewelry", _("Jewellery")
    RESTAURANT = "restaurant", _("Restaurant")
    SERVICE = "service", _("Service")


class LicenseStatus(TextChoices):
    """Whether a licence is in force; a pending one has been applied for."""

    ACTIVE = "active", _("In force")
    EXPIRED = "expired", _("Expired")
    PENDING = "pending", _("Pending")


class PeriodStatus(TextChoices):
    """Where in its chain a period of a licence stands."""

    CURRENT = "current", _("Current")
    RENEWED = "renewed", _("Renewed")
