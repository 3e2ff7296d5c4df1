"""Roles, permissions and other fixed words; the table of rights is domain knowledge kept as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleName(models.TextChoices):
    """The roles every company starts with, and the one above all companies."""

    SUPER_ADMIN = "super_admin", _("Super administrator")
    COMPANY_MANAGER = "company_manager", _("Company manager")
    EMPLOYEE = "employee", _("Office employee")
    SUPERVISOR = "supervisor", _("Supervisor")
    WORKER = "worker", _("Worker")


class MailPurpose(models.TextChoices):
    """What a mailed single-use token allows."""

    PASSWORD_RESET = "password_reset", _("Set a new password")
    EMAIL_VERIFICATION = "email_verification", _("Confirm the e-mail address")


class KeyAlgorithm(models.TextChoices):
    """Signature algorithms for access tokens; all asymmetric, so that only this service can sign."""

    EDDSA = "EdDSA", "EdDSA (Ed25519)"
    ES256 = "ES256", "ES256 (P-256)"
    RS256 = "RS256", "RS256 (2048 bit)"


ROLE_LEVELS = {
    RoleName.SUPER_ADMIN: 5,
    RoleName.COMPANY_MANAGER: 4,
    RoleName.EMPLOYEE: 3,
    RoleName.SUPERVISOR: 2,
    RoleName.WORKER: 1,
}
# Office staff and above work in the admin screens.
STAFF_LEVEL = ROLE_LEVELS[RoleName.EMPLOYEE]
COMPANY_ROLES = tuple(name for name in RoleName if name is not RoleName.SUPER_ADMIN)

# One row an area, as the group's own table has it: verbs | company_manager | employee | supervisor | worker.
# The super administrator has every verb of every area.
_RIGHTS = """
dashboard      | view                    | all  | all         | all         | all
companies      | view create edit delete | -    | -           | -           | -
employees      | view create edit delete | all  | view        | view        | -
reports        | view create export      | all  | view        | view        | -
settings       | view edit               | view | -           | -           | -
attendance     | view edit               | all  | view        | all         | view
leave_requests | view approve create     | all  | view create | all         | view create
payroll        | view edit process       | all  | view        | view        | view
documents      | view upload delete      | all  | view upload | view upload | view
performance    | view edit               | all  | view        | all         | view
"""


def _codes() -> tuple[tuple[str, ...], dict[RoleName, frozenset[str]]]:
    every: list[str] = []
    by_role: dict[RoleName, list[str]] = {name: [] for name in RoleName}
    for line in _RIGHTS.strip().splitlines():
        area, verbs, *columns = (cell.strip() for cell in line.split("|"))
        all_codes = [f"{area}:{verb}" for verb in verbs.split()]
        every += all_codes
        for role, cell in zip(COMPANY_ROLES, columns, strict=True):
            granted = {"all": all_codes, "-": []}.get(cell, [f"{area}:{verb}" for verb in cell.split()])
            by_role[role] += granted
    by_role[RoleName.SUPER_ADMIN] = every
    return tuple(every), {role: frozenset(codes) for role, codes in by_role.items()}


# Every permission code, "area:verb", and the codes each role starts with.
PERMISSION_CODES, ROLE_PERMISSIONS = _codes()
