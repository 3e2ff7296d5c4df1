"""The closed lists of values in this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Action(models.TextChoices):
    """What a permission allows."""

    READ = "read", pgettext_lazy("permission", "read")
    WRITE = "write", _("change")
    DELETE = "delete", _("delete")


class Audience(models.TextChoices):
    """Whom a permission is for, inside the document's company; each is everyone from a role's level on."""

    ALL = "all", _("everyone")
    EMPLOYEES = "employees", _("employees")
    MANAGERS = "managers", _("supervisors and managers")
    HR = "hr", _("HR staff")
    ADMIN = "admin", _("administrators")


class DocumentType(models.TextChoices):
    """What kind of paper a document is."""

    PASSPORT = "passport", _("passport")
    RESIDENCE = "residence", _("residence permit")
    LICENSE = "license", _("licence")
    CONTRACT = "contract", pgettext_lazy("document", "contract")
    CERTIFICATE = "certificate", _("certificate")
    CIVIL_ID = "civil_id", _("civil ID")
    WORK_PERMIT = "work_permit", _("work permit")
    HEALTH_CERTIFICATE = "health_certificate", _("health certificate")
    ESTABLISHMENT_DOCUMENT = "establishment_document", _("establishment document")
    TAX_CERTIFICATE = "tax_certificate", _("tax certificate")
    CHAMBER_MEMBERSHIP = "chamber_membership", _("chamber of commerce membership")
    IMPORT_EXPORT_LICENSE = "import_export_license", _("import and export licence")
    FIRE_PERMIT = "fire_permit", _("fire permit")
    MUNICIPALITY_PERMIT = "municipality_permit", _("municipality permit")
    OTHER = "other", pgettext_lazy("document", "other")


class ScanState(models.TextChoices):
    """What is known about a file's safety."""

    UNCHECKED = "unchecked", _("not scanned: no scanner is set up")
    PENDING = "pending", _("waits for its scan")
    CLEAN = "clean", _("scanned, clean")
    INFECTED = "infected", _("in quarantine")
    RELEASED = "released", _("released from quarantine")
    DISCARDED = "discarded", _("discarded")


AVAILABLE = (ScanState.UNCHECKED, ScanState.CLEAN, ScanState.RELEASED)
REFUSED = (ScanState.INFECTED, ScanState.DISCARDED)


class Verdict(models.TextChoices):
    """What was decided about a file in quarantine."""

    WAITING = "waiting", _("to be decided")
    RELEASED = "released", _("released")
    DISCARDED = "discarded", _("discarded")
