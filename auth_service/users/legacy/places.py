"""People's roles in companies beside the one of their account.

The row of the account's own company is merged into the account, whose role counts. A super administrator has
every company already; a row alone makes nobody one, but a manager of its company.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from auth_service.users.choices import RoleName
from auth_service.users.legacy.rights import beyond_role
from auth_service.users.services.imports import (
    NO_ACCOUNT,
    ImportedPlace,
    places_bring_over,
    places_import,
    places_take_back,
)
from common.legacy import old_memberships
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.facts import CarriedUser, Facts
from common.legacy.ids import new_id
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, ToDo
from common.legacy.models import ToDoItem
from common.legacy.old_memberships import OldMembership, read_membership
from common.legacy.plan import Account, Column, TableImport, Written
from common.legacy.reader import Row

ACCOUNT: Final = Account[ImportedPlace](
    source="user_roles t JOIN roles r ON r.id = t.role_id",
    key="t.id",
    company="t.company_id",
    columns=(
        Column("user_id", "uuid", here="t.user_id", expected=lambda args: args.user_id),
        Column("company_id", "uuid", here="t.company_id", expected=lambda args: args.company_id),
        Column("role", "text", here="r.name", expected=lambda args: args.role),
        Column("is_active", "boolean", here="t.is_active", expected=lambda _args: True),
    ),
    references={"user_id": "user", "company_id": "company"},
)


def places_plan(facts: Facts) -> TableImport[ImportedPlace]:
    """The entry of the plan."""
    return TableImport(
        name="company_users",
        table=old_memberships.TABLE,
        map=lambda row, place: map_membership(row, place, facts),
        write=write_places,
        change=change_places,
        remove=remove_places,
        account=ACCOUNT,
        shared=True,
        rules=(
            "company_users: a row of the account's own company is merged into the account, whose role counts;"
            " another role there, and rights beyond the role, are listed for HR.",
            "company_users: super_admin of one company becomes company_manager of it.",
        ),
    )


def map_membership(row: Row, place: int, facts: Facts) -> Outcome[ImportedPlace]:
    """The role in a company that a row gives, if the account does not come with it."""
    company_id = facts.company_of(row)
    found = facts.accepted(old_memberships.TABLE, read_membership, row, place, company_id=company_id)
    if isinstance(found, Quarantined):
        return found
    if company_id is None:
        return Quarantined(QuarantineReason.UNKNOWN_COMPANY, detail=found.company_old_id)
    account = facts.carried_user(found.user_old_id)
    if account is None:
        return Quarantined(QuarantineReason.UNKNOWN_USER, company_id=company_id, detail=found.user_old_id)
    if company_id == account.company_id or account.role == RoleName.SUPER_ADMIN:
        return Merged(account.id, company_id, _todo(found, account, account.role, company_id))
    role = RoleName.COMPANY_MANAGER if found.role == RoleName.SUPER_ADMIN else RoleName(found.role)
    args = ImportedPlace(
        id=place_id(account.id, company_id),
        user_id=account.id,
        company_id=company_id,
        role=role.value,
        created_at=found.created_at,
    )
    return Imported(args.id, args, _todo(found, account, role, company_id), company_id)


def place_id(user_id: UUID, company_id: UUID) -> UUID:
    """The id here of a person's role in a company, however many rows give it."""
    return new_id("places", f"{user_id}:{company_id}")


def write_places(items: Sequence[Imported[ImportedPlace]]) -> Written:
    """Give the roles; who has one now no longer waits for a company."""
    refused = places_import([item.args for item in items])
    placed = [item.args.user_id for item in items if item.id not in refused]
    reasons = {NO_ACCOUNT: QuarantineReason.UNKNOWN_USER}
    ToDoItem.objects.filter(
        kind=ToDoKind.MISSING_COMPANY, subject_id__in=placed, resolved_at__isnull=True
    ).delete()
    return Written(
        {
            item.id: Quarantined(
                reasons.get(refused[item.id], QuarantineReason.REFUSED),
                company_id=item.company_id,
                detail=refused[item.id],
            )
            for item in items
            if item.id in refused
        }
    )


def change_places(items: Sequence[Imported[ImportedPlace]]) -> Written:
    """Bring the roles to what the old rows say now."""
    places_bring_over([item.args for item in items])
    return Written()


def remove_places(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take the roles away."""
    return places_take_back(ids)


def _todo(found: OldMembership, account: CarriedUser, role: str, company_id: UUID) -> list[ToDo]:
    beyond = beyond_role(role, found.permissions)
    if found.role != role and account.role != RoleName.SUPER_ADMIN:
        beyond = [found.role, *beyond]
    if not beyond:
        return []
    return [
        ToDo(
            ToDoKind.OTHER_PERMISSIONS,
            SubjectKind.USER,
            account.id,
            found.user_old_id,
            company_id,
            ", ".join(beyond),
        )
    ]
