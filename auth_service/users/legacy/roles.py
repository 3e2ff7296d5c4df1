"""The default roles of the old companies: accounts come with a role, and the companies' own events come later."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from auth_service.users.services.imports import default_roles_import, default_roles_take_back
from common.contracts.rights import COMPANY_ROLES
from common.legacy import old_companies
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined, Skipped
from common.legacy.plan import Account, Column, TableImport, Written
from common.legacy.reader import Row

COMPANY_SET_ASIDE: Final = "the company service sets the company aside"
_NAMES: Final = " ".join(sorted(COMPANY_ROLES))
_LISTED: Final = ", ".join(f"'{name}'" for name in COMPANY_ROLES)

ACCOUNT: Final = Account[UUID](
    source=(
        "(SELECT company_id, string_agg(name, ' ' ORDER BY name COLLATE \"C\") AS names FROM roles"
        f" WHERE company_id IS NOT NULL AND name IN ({_LISTED}) GROUP BY company_id) t"
    ),
    key="t.company_id",
    company="t.company_id",
    columns=(Column("names", "text", here="t.names", expected=lambda _company_id: _NAMES),),
    references={},
    # Default roles go with their company, whoever made them: the import, or company.created when it came first.
    holds=f"EXISTS (SELECT FROM roles o WHERE o.company_id = t.company_id AND o.name NOT IN ({_LISTED}))",
)


def roles_plan(facts: Facts) -> TableImport[UUID]:
    """The entry of the plan."""
    return TableImport(
        name="roles",
        table=old_companies.TABLE,
        map=lambda row, place: map_company(row, place, facts),
        write=write_roles,
        change=change_roles,
        remove=remove_roles,
        account=ACCOUNT,
        rules=("roles: every company starts with the four default roles.",),
    )


def map_company(row: Row, place: int, facts: Facts) -> Outcome[UUID]:
    """The company whose default roles are made, by its id here."""
    company = facts.company(row, place)
    if isinstance(company, Quarantined):
        return Skipped(COMPANY_SET_ASIDE)
    return Imported(company.id, company.id, company_id=company.id)


def write_roles(items: Sequence[Imported[UUID]]) -> Written:
    """Make the roles."""
    default_roles_import(item.id for item in items)
    return Written()


def change_roles(items: Sequence[Imported[UUID]]) -> Written:
    """A changed company has the roles that it had."""
    return write_roles(items)


def remove_roles(company_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take the roles away where nobody has one."""
    return default_roles_take_back(company_ids)
