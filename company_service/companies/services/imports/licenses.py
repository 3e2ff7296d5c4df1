"""Licences from the old system.

The status follows from the end, by the day, as for every licence. Of what had ended before it came nobody is told:
the last step of its end counts as noted.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.contracts.company import LicenseCreated, LicenseRemoved, LicenseUpdated
from common.days import today
from common.expiry import DEFAULT
from common.legacy.moments import carry_moment
from common.legacy.staging import publish_staged, stage
from common.search import fold
from company_service.companies.choices import LicenseStatus
from company_service.companies.services.histories import taking_back

RENEWED: Final = "the licence was renewed"

# What an import says about a licence, with PostgreSQL's types.
CARRIED: Final = {
    "number": "text",
    "name": "text",
    "type": "text",
    "status": "text",
    "issuing_authority": "text",
    "issued_on": "date",
    "expires_on": "date",
    "location": "text",
    "description": "text",
    "old_documents": "jsonb",
    "is_active": "boolean",
}
_FOLDED: Final = {"number_folded": "text", "name_folded": "text"}
_STAGE: Final = "licenses_to_import"
_SET: Final = [*CARRIED, *_FOLDED]
_INSERT: Final = f"""
INSERT INTO licenses (id, company_id, old_id, version, created_at, {", ".join(_SET)})
SELECT s.id, s.company_id, s.old_id, 1, coalesce(s.created_at, now()),
       {", ".join(f"s.{column}" for column in _SET)}
FROM {_STAGE} s JOIN companies c ON c.id = s.company_id
ON CONFLICT DO NOTHING
RETURNING id
"""
_NOT_HERE: Final = f"SELECT s.id FROM {_STAGE} s WHERE NOT EXISTS (SELECT FROM licenses l WHERE l.id = s.id)"
_UPDATE: Final = f"""
WITH former AS (
    SELECT l.id, l.expires_on FROM licenses l JOIN {_STAGE} s ON s.id = l.id ORDER BY l.id FOR UPDATE OF l
)
UPDATE licenses l
SET ({", ".join(_SET)}) = ROW({", ".join(f"s.{column}" for column in _SET)}),
    version = l.version + 1, updated_at = now()
FROM {_STAGE} s JOIN former ON former.id = s.id
WHERE l.id = s.id AND ({", ".join(f"l.{column}" for column in CARRIED)})
    IS DISTINCT FROM ({", ".join(f"s.{column}" for column in CARRIED)})
RETURNING l.id, l.version, l.expires_on IS DISTINCT FROM former.expires_on
"""
_NOTE_LAST_STEP: Final = """
INSERT INTO license_notices (company_id, license_id, expires_on, step, announced, noted_on)
SELECT company_id, id, expires_on, %s, false, %s FROM licenses
WHERE id = ANY(%s) AND expires_on < %s
ON CONFLICT DO NOTHING
"""
_RENEWED: Final = """
SELECT l.id, EXISTS (SELECT FROM license_periods p WHERE p.company_id = l.company_id AND p.license_id = l.id)
FROM licenses l WHERE l.id = ANY(%s) ORDER BY l.id FOR UPDATE OF l
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedLicense:
    """A licence of the old system under the id derived from it; ``expires_on`` is its last valid day.

    ``status`` is what the old system said, and counts without an end, and for a pending one. ``old_documents`` is
    what it named as the licence's documents, as JSON text.
    """

    id: UUID
    company_id: UUID
    old_id: str
    number: str
    name: str
    type: str
    status: str
    issued_on: date | None = None
    expires_on: date | None = None
    issuing_authority: str = ""
    location: str = ""
    description: str = ""
    old_documents: str = "[]"
    is_active: bool = True
    created_at: datetime | None = None

    @property
    def is_dated(self) -> bool:
        """Whether the status follows from the end."""
        return self.expires_on is not None and self.status != LicenseStatus.PENDING

    def status_on(self, day: date) -> str:
        """The status on ``day``."""
        if self.expires_on is None or not self.is_dated:
            return self.status
        return (LicenseStatus.EXPIRED if self.expires_on < day else LicenseStatus.ACTIVE).value


@transaction.atomic
def licenses_import(rows: Sequence[ImportedLicense]) -> set[UUID]:
    """Enter the licences that are not here yet; answers those that cannot be, for lack of their company."""
    with connection.cursor() as cursor:
        day = _stage(cursor, rows)
        cursor.execute(_INSERT)
        made = {row[0] for row in cursor.fetchall()}
        _silence(cursor, made, day)
        cursor.execute(_NOT_HERE)
        refused = {row[0] for row in cursor.fetchall()}
    publish_staged((_created(row, day), row.id, row.company_id, 1) for row in rows if row.id in made)
    return refused


@transaction.atomic
def licenses_bring_over(rows: Sequence[ImportedLicense]) -> None:
    """Bring licences that are here to the state of ``rows``, and tell of what changed."""
    with connection.cursor() as cursor:
        day = _stage(cursor, rows)
        carry_moment(cursor, "licenses", _STAGE)
        cursor.execute(_UPDATE)
        changed = cursor.fetchall()
        _silence(cursor, [license_id for license_id, _version, other_end in changed if other_end], day)
    versions = {license_id: version for license_id, version, _other_end in changed}
    publish_staged(
        (_updated(row, day), row.id, row.company_id, versions[row.id]) for row in rows if row.id in versions
    )


def licenses_take_back(license_ids: Collection[UUID]) -> dict[UUID, str]:
    """Take licences away with what was noted of their ends; answers those that must stay, and why."""
    with taking_back(), connection.cursor() as cursor:
        cursor.execute(_RENEWED, [list(license_ids)])
        kept = {license_id: RENEWED for license_id, renewed in cursor.fetchall() if renewed}
        gone = list(set(license_ids) - kept.keys())
        cursor.execute("DELETE FROM license_notices WHERE license_id = ANY(%s)", [gone])
        cursor.execute("DELETE FROM licenses WHERE id = ANY(%s) RETURNING id, company_id, version", [gone])
        publish_staged(
            (
                LicenseRemoved(license_id=license_id, company_id=company_id),
                license_id,
                company_id,
                version + 1,
            )
            for license_id, company_id, version in cursor.fetchall()
        )
        return kept


def _stage(cursor: CursorWrapper, rows: Iterable[ImportedLicense]) -> date:
    """Stage the rows with their status by the day, which is answered."""
    day = today()
    columns = {
        "id": "uuid",
        "company_id": "uuid",
        "old_id": "text",
        "created_at": "timestamptz",
        **CARRIED,
        **_FOLDED,
    }
    stage(
        cursor,
        _STAGE,
        columns,
        (
            (
                row.id,
                row.company_id,
                row.old_id,
                row.created_at,
                *(row.status_on(day) if name == "status" else getattr(row, name) for name in CARRIED),
                fold(row.number),
                _folded(row.name),
            )
            for row in rows
        ),
    )
    return day


@lru_cache(maxsize=1_024)
def _folded(name: str) -> str:
    """Memoised, since many licences have one name."""
    return fold(name)


def _silence(cursor: CursorWrapper, license_ids: Iterable[UUID], day: date) -> None:
    """Note the last step of what ended before ``day``: no other of that end is told any more."""
    last = DEFAULT.reached(-DEFAULT.overdue_for)[-1]
    cursor.execute(_NOTE_LAST_STEP, [last, day, list(license_ids), day])


def _created(row: ImportedLicense, day: date) -> LicenseCreated:
    return LicenseCreated(
        license_id=row.id,
        company_id=row.company_id,
        number=row.number,
        name=row.name,
        license_type=row.type,
        status=row.status_on(day),
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        source="import",
    )


def _updated(row: ImportedLicense, day: date) -> LicenseUpdated:
    return LicenseUpdated(
        license_id=row.id,
        company_id=row.company_id,
        number=row.number,
        name=row.name,
        license_type=row.type,
        status=row.status_on(day),
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        is_active=row.is_active,
    )
