"""The roles of companies out of the old system."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from django.db import connection

from auth_service.users.exceptions import UnknownRoleError
from auth_service.users.models import Role, RolePermission
from auth_service.users.services.roles import company_roles_create
from common.contracts.rights import COMPANY_ROLES
from common.security.tenancy import all_companies

IMPORT: Final = "import of accounts of every company"
IN_USE: Final = "people have roles in this company"
OWN_ROLES: Final = "the company has roles of its own"
# The id of each role, by company (none for the one above all) and name.
Roles = Mapping[tuple[UUID | None, str], UUID]

_STATE = """
SELECT company_id, bool_or(name <> ALL(%s)), EXISTS (SELECT FROM user_roles m WHERE m.company_id = r.company_id)
FROM roles r WHERE company_id = ANY(%s) GROUP BY company_id
"""


def default_roles_import(company_ids: Iterable[UUID]) -> None:
    """Give companies the roles that every company starts with, where they lack them."""
    company_roles_create(company_ids)


def default_roles_take_back(company_ids: Collection[UUID]) -> dict[UUID, str]:
    """Take the default roles of companies away; answers those that keep them, and why."""
    with all_companies(IMPORT):
        # Whoever is just being given one of the roles locks it first.
        list(Role.objects.select_for_update().filter(company_id__in=company_ids).order_by("pk"))
        with connection.cursor() as cursor:
            cursor.execute(_STATE, [list(COMPANY_ROLES), list(company_ids)])
            kept = {
                company_id: IN_USE if in_use else OWN_ROLES
                for company_id, own, in_use in cursor.fetchall()
                if own or in_use
            }
        gone = Role.objects.filter(company_id__in=set(company_ids) - kept.keys())
        RolePermission.objects.filter(role__in=gone).delete()
        gone.delete()
        return kept


def role_ids(places: Iterable[tuple[UUID | None, str]]) -> Roles:
    """The id of each (company, role), default roles made where they are missing.

    In the caller's scope. Raises UnknownRoleError for a role that no company has.
    """
    wanted = set(places)
    companies = {company_id for company_id, _role in wanted if company_id is not None}
    found = _known(companies)
    if wanted - found.keys():
        company_roles_create(company_id for company_id, _role in wanted - found.keys() if company_id)
        found = _known(companies)
    unknown = {role for company_id, role in wanted if (company_id, role) not in found}
    if unknown:
        raise UnknownRoleError(details={"role": sorted(unknown)})
    return found


def _known(companies: Collection[UUID]) -> dict[tuple[UUID | None, str], UUID]:
    columns = ("company_id", "name", "id")
    rows = Role.objects.filter(company_id__in=companies).values_list(*columns)
    system = Role.objects.filter(company_id=None).values_list(*columns)
    return {(company_id, name): role_id for company_id, name, role_id in (*rows, *system)}
