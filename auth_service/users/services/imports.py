"""Accounts from the old system, in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models.functions import Now

from auth_service.users.exceptions import UnknownRoleError
from auth_service.users.models import Membership, Role, User
from auth_service.users.models.people import email_normalised, name_columns
from auth_service.users.services.roles import company_roles_create
from common.contracts.auth import RoleAssigned, UserCreated
from common.contracts.base import Event
from common.messaging.services import publish_many
from common.security.tenancy import all_companies

IMPORT = "import of accounts of every company"


@dataclass(frozen=True, kw_only=True)
class ImportedUser:
    """One account as the old system had it.

    ``password_hash`` is a bcrypt hash (``$2a$…``, ``$2b$…``), or None: the person sets a password by mail.
    ``role`` is the role in ``company_id``; None gives no role, and no company is right for super_admin only.
    """

    id: UUID
    email: str
    first_name: str
    last_name: str
    is_active: bool
    old_id: str
    password_hash: str | None = None
    email_verified: bool = False
    role: str | None = None
    company_id: UUID | None = None
    created_at: datetime | None = None
    last_login: datetime | None = None


class ImportOutcome(StrEnum):
    """What became of an imported account."""

    CREATED = "created"
    EXISTS = "exists"
    EMAIL_TAKEN = "email_taken"


def user_import(users: Sequence[ImportedUser]) -> list[ImportOutcome]:
    """Insert accounts with their roles and publish their events; one outcome each, in their order.

    An id that is known is left as it is, so an import can be run again; an address that another account has
    (or an earlier one of ``users``) is not taken from it. A company's default roles are made when they are
    not here yet. Raises UnknownRoleError for a role that no company has.
    """
    with all_companies(IMPORT):
        known = set(User.objects.filter(pk__in=[user.id for user in users]).values_list("pk", flat=True))
        addresses = [email_normalised(user.email) for user in users]
        taken = set(User.objects.filter(email__in=addresses).values_list("email", flat=True))
        outcomes: list[ImportOutcome] = []
        fresh: list[ImportedUser] = []
        for user, address in zip(users, addresses, strict=True):
            if user.id in known:
                outcomes.append(ImportOutcome.EXISTS)
            elif address in taken:
                outcomes.append(ImportOutcome.EMAIL_TAKEN)
            else:
                known.add(user.id)
                taken.add(address)
                fresh.append(user)
                outcomes.append(ImportOutcome.CREATED)
        _insert(fresh)
        return outcomes


def _insert(users: Sequence[ImportedUser]) -> None:
    company_roles_create(user.company_id for user in users if user.company_id and user.role)
    roles = _roles(users)
    User.objects.bulk_create([_account(user) for user in users], batch_size=1_000)
    Membership.objects.bulk_create(
        [
            Membership(user_id=user.id, company_id=user.company_id, role_id=roles[user.company_id, user.role])
            for user in users
            if user.role
        ],
        batch_size=1_000,
    )
    publish_many([publication for user in users for publication in _events(user)])


def _roles(users: Sequence[ImportedUser]) -> dict[tuple[UUID | None, str], UUID]:
    companies = {user.company_id for user in users if user.company_id and user.role}
    rows = Role.objects.filter(company_id__in=companies).values_list("company_id", "name", "id")
    system = Role.objects.filter(company_id=None).values_list("company_id", "name", "id")
    roles = {(company_id, name): role_id for company_id, name, role_id in (*rows, *system)}
    unknown = {user.role for user in users if user.role and (user.company_id, user.role) not in roles}
    if unknown:
        raise UnknownRoleError(details={"role": sorted(unknown)})
    return roles


def _account(user: ImportedUser) -> User:
    account = User(
        id=user.id,
        email=email_normalised(user.email),
        **name_columns(user.first_name, user.last_name),
        is_active=user.is_active,
        email_verified=user.email_verified,
        password=f"bcrypt${user.password_hash}" if user.password_hash else make_password(None),
        last_login=user.last_login,
    )
    account.created_at = user.created_at or Now()
    return account


def _events(user: ImportedUser) -> list[tuple[Event, UUID, UUID | None, int]]:
    company_ids = [user.company_id] if user.company_id and user.role else []
    created = UserCreated(
        user_id=user.id,
        email=email_normalised(user.email),
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active,
        company_ids=company_ids,
        old_id=user.old_id,
    )
    events: list[Event] = [created]
    if user.role:
        events.append(RoleAssigned(user_id=user.id, role=user.role, company_id=user.company_id))
    company_id = company_ids[0] if company_ids else None
    return [(event, user.id, company_id, 1) for event in events]
