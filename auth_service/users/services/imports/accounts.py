"""Accounts from the old system, each with its own membership."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from auth_service.users.models import Session
from auth_service.users.models.people import OLD_HASH, email_normalised, name_columns
from auth_service.users.services.imports.places import OwnPlace, own_places_bring_over
from auth_service.users.services.imports.roles import IMPORT, Roles, role_ids
from auth_service.users.services.sessions import sessions_revoke
from common.contracts.auth import RoleAssigned, UserCreated, UserDeactivated, UserDeleted, UserUpdated
from common.contracts.base import Event
from common.legacy.moments import carry_moment
from common.legacy.staging import publish_staged, stage
from common.security.services import revoke_user
from common.security.tenancy import all_companies

SIGNED_IN: Final = "somebody has signed in with the account"
ELSEWHERE: Final = "the person was given a role in another company"

_STAGE: Final = "accounts_to_import"
_COLUMNS: Final = {
    "id": "uuid",
    "email": "text",
    "first_name": "text",
    "last_name": "text",
    "name_folded": "text",
    "last_name_folded": "text",
    "is_active": "boolean",
    "email_verified": "boolean",
    "password": "text",
    "last_login": "timestamptz",
    "created_at": "timestamptz",
    "company_id": "uuid",
    "role_id": "uuid",
    "place_changed": "boolean",
}
# What Django takes for a password that nobody has; each another one, since links for a new one depend on it.
_UNUSABLE: Final = "'!' || left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)"
_INSERT: Final = f"""
WITH made AS (
    INSERT INTO users (id, email, first_name, last_name, name_folded, last_name_folded, is_active,
                       email_verified, password, last_login, created_at)
    SELECT id, email, first_name, last_name, name_folded, last_name_folded, is_active,
           email_verified, coalesce(password, {_UNUSABLE}), last_login, coalesce(created_at, now())
    FROM {_STAGE}
    ON CONFLICT DO NOTHING
    RETURNING id, created_at
), placed AS (
    INSERT INTO user_roles (id, user_id, company_id, role_id, created_at)
    SELECT s.id, s.id, s.company_id, s.role_id, made.created_at
    FROM {_STAGE} s JOIN made ON made.id = s.id WHERE s.role_id IS NOT NULL
)
SELECT s.id FROM {_STAGE} s WHERE NOT EXISTS (SELECT FROM made WHERE made.id = s.id)
"""
_NOT_HERE: Final = f"SELECT s.id FROM {_STAGE} s WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = s.id)"
# An address that moves from one account of the batch to another is in nobody's way meanwhile.
_MAKE_WAY: Final = f"""
UPDATE users u SET email = 'moving-' || u.id FROM {_STAGE} s
WHERE u.id = s.id AND u.email <> s.email
    AND EXISTS (SELECT FROM {_STAGE} other WHERE other.email = u.email AND other.id <> u.id)
"""
_UPDATE: Final = f"""
WITH former AS (
    SELECT u.id, u.is_active, s.place_changed, CASE
        WHEN s.password IS NOT NULL THEN s.password
        WHEN starts_with(u.password, '{OLD_HASH}') THEN {_UNUSABLE}
        ELSE u.password
    END AS password
    FROM users u JOIN {_STAGE} s ON s.id = u.id ORDER BY u.id FOR UPDATE OF u
)
UPDATE users u
SET email = s.email, first_name = s.first_name, last_name = s.last_name, name_folded = s.name_folded,
    last_name_folded = s.last_name_folded, is_active = s.is_active, email_verified = s.email_verified,
    password = former.password, last_login = s.last_login, version = u.version + 1, updated_at = now()
FROM {_STAGE} s JOIN former ON former.id = s.id
WHERE u.id = s.id AND (former.place_changed OR (
    u.email, u.first_name, u.last_name, u.is_active, u.email_verified, u.password, u.last_login
) IS DISTINCT FROM (
    s.email, s.first_name, s.last_name, s.is_active, s.email_verified, former.password, s.last_login
))
RETURNING u.id, u.version, former.is_active
"""
_KEPT: Final = """
SELECT u.id, EXISTS (SELECT FROM sessions s WHERE s.user_id = u.id),
       EXISTS (SELECT FROM user_roles m WHERE m.user_id = u.id AND m.id <> u.id)
FROM users u WHERE u.id = ANY(%s) ORDER BY u.id FOR UPDATE OF u
"""
_DELETE: Final = """
WITH left_places AS (DELETE FROM user_roles WHERE user_id = ANY(%s) RETURNING user_id, company_id)
SELECT u.id, u.version, p.company_id FROM users u LEFT JOIN left_places p ON p.user_id = u.id WHERE u.id = ANY(%s)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
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


def users_import(users: Sequence[ImportedUser]) -> set[UUID]:
    """Make accounts with their memberships and tell of them; answers those whose address another account has.

    An id that is known is left as it is. A company's default roles are made when they are not here yet.
    Raises UnknownRoleError for a role that no company has.
    """
    with all_companies(IMPORT):
        roles = role_ids((user.company_id, user.role) for user in users if user.role)
        with connection.cursor() as cursor:
            _stage(cursor, users, roles)
            cursor.execute(_INSERT)
            left = {row[0] for row in cursor.fetchall()}
            taken: set[UUID] = set()
            if left:
                cursor.execute(_NOT_HERE)
                taken = {row[0] for row in cursor.fetchall()}
        publish_staged(item for user in users if user.id not in left for item in _made(user))
        return taken


def users_bring_over(users: Sequence[ImportedUser]) -> set[UUID]:
    """Bring accounts that are here to the state of ``users``, and tell of what changed.

    Answers those that stay as they are, because the address they should have belongs to another account. A
    role that is lost, and an account that goes off, end the person's sessions.
    """
    with all_companies(IMPORT):
        refused = _addresses_refused(users)
        users = [user for user in users if user.id not in refused]
        roles = role_ids((user.company_id, user.role) for user in users if user.role)
        places = own_places_bring_over(_own_place(user, roles) for user in users)
        with connection.cursor() as cursor:
            _stage(cursor, users, roles, changed=places.changed)
            carry_moment(cursor, "users", _STAGE)
            cursor.execute(_MAKE_WAY)
            cursor.execute(_UPDATE)
            updated = {user_id: (version, active) for user_id, version, active in cursor.fetchall()}
        publish_staged(
            (_updated(user), user.id, None, updated[user.id][0]) for user in users if user.id in updated
        )
        versions = {user_id: version for user_id, (version, _active) in updated.items()}
        publish_staged(places.events(versions))
        _shut_out({user.id: updated[user.id][0] for user in users if _goes_off(user, updated)})
        sessions_revoke(Session.objects.filter(user_id__in=places.lessened), reason="role_changed")
        return refused


def users_take_back(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Take accounts away with their own memberships; answers those that must stay, and why."""
    with all_companies(IMPORT), connection.cursor() as cursor:
        cursor.execute(_KEPT, [list(user_ids)])
        kept = {
            user_id: SIGNED_IN if signed_in else ELSEWHERE
            for user_id, signed_in, elsewhere in cursor.fetchall()
            if signed_in or elsewhere
        }
        gone = list(set(user_ids) - kept.keys())
        cursor.execute(_DELETE, [gone, gone])
        rows = cursor.fetchall()
        cursor.execute("DELETE FROM users WHERE id = ANY(%s)", [gone])
        publish_staged(
            (UserDeleted(user_id=user_id, source="import"), user_id, company_id, version + 1)
            for user_id, version, company_id in rows
        )
        return kept


def _stage(
    cursor: CursorWrapper,
    users: Iterable[ImportedUser],
    roles: Roles,
    changed: Collection[UUID] = frozenset(),
) -> None:
    stage(
        cursor,
        _STAGE,
        _COLUMNS,
        (
            (
                user.id,
                email_normalised(user.email),
                user.first_name,
                user.last_name,
                *_folded(user.first_name, user.last_name),
                user.is_active,
                user.email_verified,
                f"{OLD_HASH}{user.password_hash}" if user.password_hash else None,
                user.last_login,
                user.created_at,
                user.company_id,
                roles[user.company_id, user.role] if user.role else None,
                user.id in changed,
            )
            for user in users
        ),
    )


@lru_cache(maxsize=4_096)
def _folded(first_name: str, last_name: str) -> tuple[str, str]:
    """The forms of a name that a search looks at; memoised, since names repeat."""
    columns = name_columns(first_name, last_name)
    return columns["name_folded"], columns["last_name_folded"]


def _addresses_refused(users: Sequence[ImportedUser]) -> set[UUID]:
    """Whose address belongs to an account that keeps it: one outside ``users``, or itself among the refused."""
    wanted = {user.id: email_normalised(user.email) for user in users}
    with connection.cursor() as cursor:
        cursor.execute("SELECT email, id FROM users WHERE email = ANY(%s)", [list(wanted.values())])
        holders = {email: holder for email, holder in cursor.fetchall() if wanted.get(holder) != email}
    refused: set[UUID] = set()
    while True:
        more = {
            user_id
            for user_id, email in wanted.items()
            if user_id not in refused
            and (holder := holders.get(email)) is not None
            and (holder not in wanted or holder in refused)
        }
        if not more:
            return refused
        refused |= more


def _own_place(user: ImportedUser, roles: Roles) -> OwnPlace:
    role_id = roles[user.company_id, user.role] if user.role else None
    return OwnPlace(user.id, user.company_id, user.role, role_id)


def _goes_off(user: ImportedUser, updated: dict[UUID, tuple[int, bool]]) -> bool:
    return not user.is_active and user.id in updated and updated[user.id][1]


def _shut_out(versions: dict[UUID, int]) -> None:
    now = timezone.now()
    for user_id in versions:
        revoke_user(user_id=user_id, before=now)
    publish_staged(
        (UserDeactivated(user_id=user_id, at=now, reason="import"), user_id, None, version)
        for user_id, version in versions.items()
    )
    sessions_revoke(Session.objects.filter(user_id__in=versions.keys()), reason="deactivated")


def _made(user: ImportedUser) -> list[tuple[Event, UUID, UUID | None, int]]:
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
    company_id = company_ids[0] if company_ids else None
    told: list[tuple[Event, UUID, UUID | None, int]] = [(created, user.id, company_id, 1)]
    if user.role:
        assigned = RoleAssigned(user_id=user.id, role=user.role, company_id=user.company_id)
        told.append((assigned, user.id, company_id, 1))
    return told


def _updated(user: ImportedUser) -> UserUpdated:
    return UserUpdated(
        user_id=user.id,
        email=email_normalised(user.email),
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active,
    )
