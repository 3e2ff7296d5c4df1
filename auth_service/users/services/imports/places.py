"""Memberships from the old system: the one that comes with an account, and those in other companies."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from auth_service.users.models import Session
from auth_service.users.services.imports.roles import IMPORT, role_ids
from auth_service.users.services.sessions import sessions_revoke
from common.contracts.auth import RoleAssigned, RoleRevoked
from common.contracts.base import Event
from common.legacy.staging import publish_staged, stage
from common.security.tenancy import all_companies

NO_ACCOUNT: Final = "the account is not here"
HAS_ROLE: Final = "the person was given a role in the company here"
SIGNED_IN: Final = "the person has signed in to the company"

_STAGE: Final = "places_to_import"
_COLUMNS: Final = {
    "id": "uuid",
    "user_id": "uuid",
    "company_id": "uuid",
    "role_id": "uuid",
    "created_at": "timestamptz",
}
# The company that a person signs in to, unless they name another, is their oldest: the account's own.
_INSERT: Final = f"""
INSERT INTO user_roles (id, user_id, company_id, role_id, created_at)
SELECT s.id, s.user_id, s.company_id, s.role_id,
       greatest(coalesce(s.created_at, now()), own.created_at + interval '1 microsecond')
FROM {_STAGE} s JOIN users u ON u.id = s.user_id LEFT JOIN user_roles own ON own.id = s.user_id
ON CONFLICT DO NOTHING
RETURNING id
"""
_NOT_MADE: Final = f"""
SELECT s.id, u.id IS NOT NULL FROM {_STAGE} s LEFT JOIN users u ON u.id = s.user_id
WHERE NOT EXISTS (SELECT FROM user_roles m WHERE m.id = s.id)
"""
_HELD: Final = """
SELECT m.id, m.user_id, m.company_id, r.name, r.level, m.is_active FROM user_roles m JOIN roles r ON r.id = m.role_id
WHERE m.id = ANY(%s) ORDER BY m.id FOR UPDATE OF m
"""
_UPDATE: Final = f"""
UPDATE user_roles m SET company_id = s.company_id, role_id = s.role_id, is_active = true, updated_at = now()
FROM {_STAGE} s WHERE m.id = s.id
"""
_RAISE_VERSIONS: Final = """
UPDATE users u SET version = u.version + 1, updated_at = now() WHERE u.id = ANY(%s) RETURNING u.id, u.version
"""
# A place that a person has twice by now: as their account's own, and by a row of its own.
_TWICE: Final = f"""
DELETE FROM user_roles m USING {_STAGE} s
WHERE m.user_id = s.user_id AND m.company_id IS NOT DISTINCT FROM s.company_id AND m.id <> s.id
"""
_SIGNED_IN: Final = """
SELECT m.id, EXISTS (SELECT FROM sessions s WHERE s.user_id = m.user_id AND s.company_id = m.company_id)
FROM user_roles m WHERE m.id = ANY(%s) ORDER BY m.id FOR UPDATE OF m
"""
_DELETE: Final = """
WITH gone AS (DELETE FROM user_roles WHERE id = ANY(%s) RETURNING user_id, company_id, role_id, is_active)
SELECT gone.user_id, gone.company_id, r.name FROM gone JOIN roles r ON r.id = gone.role_id WHERE gone.is_active
"""

Told = tuple[Event, UUID, UUID | None, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedPlace:
    """A person's role in a company beside the one of their account."""

    id: UUID
    user_id: UUID
    company_id: UUID
    role: str
    created_at: datetime | None = None


class OwnPlace(NamedTuple):
    """What the membership of an account should be; none without a role."""

    user_id: UUID
    company_id: UUID | None
    role: str | None
    role_id: UUID | None


class _Held(NamedTuple):
    id: UUID
    user_id: UUID
    company_id: UUID | None
    role: str
    level: int
    is_active: bool


@dataclass
class PlaceChanges:
    """What became of memberships: roles taken and given, as (person, company, role)."""

    revoked: list[tuple[UUID, UUID | None, str]] = field(default_factory=list)
    assigned: list[tuple[UUID, UUID | None, str]] = field(default_factory=list)

    @property
    def changed(self) -> set[UUID]:
        """Whose memberships changed."""
        return {user_id for user_id, _company, _role in (*self.revoked, *self.assigned)}

    @property
    def lessened(self) -> set[UUID]:
        """Who lost a role, perhaps for another one."""
        return {user_id for user_id, _company, _role in self.revoked}

    def events(self, versions: Mapping[UUID, int]) -> Iterator[Told]:
        """What to tell, with the ``versions`` of the accounts after the change."""
        for user_id, company_id, role in self.revoked:
            event: Event = RoleRevoked(user_id=user_id, role=role, company_id=company_id)
            yield event, user_id, company_id, versions[user_id]
        for user_id, company_id, role in self.assigned:
            event = RoleAssigned(user_id=user_id, role=role, company_id=company_id)
            yield event, user_id, company_id, versions[user_id]


def places_import(places: Sequence[ImportedPlace]) -> dict[UUID, str]:
    """Give people roles in companies and tell of it; answers what could not be given, and why.

    A membership that is known is left as it is.
    """
    with all_companies(IMPORT):
        with connection.cursor() as cursor:
            _stage(cursor, places)
            cursor.execute(_INSERT)
            made = {row[0] for row in cursor.fetchall()}
            cursor.execute(_NOT_MADE)
            refused = {
                place_id: HAS_ROLE if has_account else NO_ACCOUNT
                for place_id, has_account in cursor.fetchall()
            }
        given = [place for place in places if place.id in made]
        _tell(PlaceChanges(assigned=[(place.user_id, place.company_id, place.role) for place in given]))
        return refused


def places_bring_over(places: Sequence[ImportedPlace]) -> None:
    """Bring memberships that are here to the state of ``places`` and tell of what changed."""
    with all_companies(IMPORT):
        held = _held(place.id for place in places)
        changes = PlaceChanges()
        moved = [
            place
            for place in places
            if _compare(held.get(place.id), place.user_id, place.company_id, place.role, changes)
        ]
        with connection.cursor() as cursor:
            _stage(cursor, moved)
            cursor.execute(_UPDATE)
        _tell(changes)
        sessions_revoke(Session.objects.filter(user_id__in=changes.lessened), reason="role_changed")


def places_take_back(place_ids: Collection[UUID]) -> dict[UUID, str]:
    """Take roles in companies away and tell of it; answers those that must stay, and why."""
    with all_companies(IMPORT), connection.cursor() as cursor:
        cursor.execute(_SIGNED_IN, [list(place_ids)])
        kept = {place_id: SIGNED_IN for place_id, signed_in in cursor.fetchall() if signed_in}
        cursor.execute(_DELETE, [list(set(place_ids) - kept.keys())])
        _tell(PlaceChanges(revoked=cursor.fetchall()))
        return kept


def own_places_bring_over(wanted: Iterable[OwnPlace]) -> PlaceChanges:
    """Bring the memberships of accounts to what they should be, in the caller's scope.

    The caller raises the versions of the accounts and tells.
    """
    places = list(wanted)
    held = _held(place.user_id for place in places)
    changes = PlaceChanges()
    moved: list[OwnPlace] = []
    ended: list[UUID] = []
    for place in places:
        former = held.get(place.user_id)
        if place.role is None:
            if former is not None:
                ended.append(former.id)
                changes.revoked.append((former.user_id, former.company_id, former.role))
        elif _compare(former, place.user_id, place.company_id, place.role, changes):
            moved.append(place)
    with connection.cursor() as cursor:
        rows = [(place.user_id, place.user_id, place.company_id, place.role_id, None) for place in moved]
        stage(cursor, _STAGE, _COLUMNS, rows)
        cursor.execute("DELETE FROM user_roles WHERE id = ANY(%s)", [ended])
        cursor.execute(_TWICE)
        cursor.execute(_UPDATE)
        cursor.execute(_INSERT)
    return changes


def _compare(
    former: _Held | None, user_id: UUID, company_id: UUID | None, role: str, changes: PlaceChanges
) -> bool:
    """Whether a membership must be written; notes in ``changes`` what there is to tell then."""
    if former is not None and (former.company_id, former.role, former.is_active) == (company_id, role, True):
        return False
    if former is not None and former.is_active:
        changes.revoked.append((user_id, former.company_id, former.role))
    changes.assigned.append((user_id, company_id, role))
    return True


def _held(place_ids: Iterable[UUID]) -> dict[UUID, _Held]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(place_ids)])
        return {row[0]: _Held(*row) for row in cursor.fetchall()}


def _stage(cursor: CursorWrapper, places: Sequence[ImportedPlace]) -> None:
    roles = role_ids((place.company_id, place.role) for place in places)
    stage(
        cursor,
        _STAGE,
        _COLUMNS,
        (
            (
                place.id,
                place.user_id,
                place.company_id,
                roles[place.company_id, place.role],
                place.created_at,
            )
            for place in places
        ),
    )


def _tell(changes: PlaceChanges) -> None:
    if changes.changed:
        with connection.cursor() as cursor:
            cursor.execute(_RAISE_VERSIONS, [list(changes.changed)])
            versions = dict(cursor.fetchall())
        publish_staged(changes.events(versions))
