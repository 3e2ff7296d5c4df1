"""Fixed words of this service; what each role may do stands in ``common.contracts.rights``."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.contracts.rights import LEVELS


class RoleName(models.TextChoices):
    """The roles every company starts with, and the one above all companies."""

    SUPER_ADMIN = "super_admin", _("Super administrator")
    COMPANY_MANAGER = "company_manager", _("Company manager")
    EMPLOYEE = "employee", _("Office employee")
    SUPERVISOR = "supervisor", _("Supervisor")
    WORKER = "worker", _("Worker")


def role_title(name: str) -> str:
    """What people read for a role: the words for a known one, else the name that its company gave it."""
    return str(RoleName(name).label) if name in RoleName.values else name


class MailPurpose(models.TextChoices):
    """What a mailed single-use token allows."""

    INVITATION = "invitation", _("Choose a first password")
    PASSWORD_RESET = "password_reset", _("Set a new password")
    EMAIL_VERIFICATION = "email_verification", _("Confirm the e-mail address")


class KeyAlgorithm(models.TextChoices):
    """Signature algorithms for access tokens; all asymmetric, so that only this service can sign."""

    EDDSA = "EdDSA", "EdDSA (Ed25519)"
    ES256 = "ES256", "ES256 (P-256)"
    RS256 = "RS256", "RS256 (2048 bit)"


# Accounts are administered by managers; other office staff may see colleagues, but not their sign-ins.
STAFF_LEVEL = LEVELS[RoleName.COMPANY_MANAGER]
