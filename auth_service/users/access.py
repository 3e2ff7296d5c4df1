"""What a person may do in the company they signed in to, and how Django's permission names map to it."""

from dataclasses import dataclass
from uuid import UUID

from auth_service.users.choices import ROLE_LEVELS, STAFF_LEVEL, RoleName

# Django's verbs for a table as permission codes: accounts follow the right over people's records,
# roles and permissions the right over settings.
_PEOPLE = {
    "view": "employees:view",
    "add": "employees:create",
    "change": "employees:edit",
    "delete": "employees:delete",
}
_SETTINGS = {
    "view": "settings:view",
    "add": "settings:edit",
    "change": "settings:edit",
    "delete": "settings:edit",
}
_TABLES = {
    "users.user": _PEOPLE,
    "users.membership": _PEOPLE,
    "users.session": _PEOPLE,
    "users.role": _SETTINGS,
    "users.permission": _SETTINGS,
    "users.rolepermission": _SETTINGS,
}
# Seeing accounts is for those who administer them: every office employee may view colleagues, not their sign-ins.
_ACCOUNT_LEVEL = ROLE_LEVELS[RoleName.COMPANY_MANAGER]


@dataclass(frozen=True)
class Access:
    """One role in one company (or above all), as a token or an admin session carries it."""

    company_id: UUID | None
    role: str
    level: int
    permissions: frozenset[str]

    @property
    def all_companies(self) -> bool:
        """Whether the role stands above companies."""
        return self.company_id is None and self.role == RoleName.SUPER_ADMIN

    @property
    def is_staff(self) -> bool:
        """Whether the role works in the admin screens."""
        return self.level >= STAFF_LEVEL


# Somebody who registered and belongs nowhere yet: their own profile and sessions, nothing else.
NO_ACCESS = Access(company_id=None, role="", level=0, permissions=frozenset())


def may(access: Access, django_permission: str) -> bool:
    """Whether ``access`` covers Django's ``app.verb_model``; everything outside this service's app needs super_admin."""
    if access.all_companies:
        return True
    app_label, _, action = django_permission.partition(".")
    verb, _, table = action.partition("_")
    code = _TABLES.get(f"{app_label}.{table}", {}).get(verb)
    return code is not None and access.level >= _ACCOUNT_LEVEL and code in access.permissions
