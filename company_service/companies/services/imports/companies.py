"""Companies from the old system."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.contracts.base import Event
from common.contracts.company import CompanyCreated, CompanyDeactivated, CompanyRemoved, CompanyUpdated
from common.legacy.moments import carry_moment
from common.legacy.staging import array_text, publish_staged, stage
from common.search import company_name_folded
from company_service.companies.services.companies import CompanyFields

PEOPLE: Final = "people are counted in the company"
RECORDS: Final = "the company has departments, licences or settings"

# What an import says about a company, with PostgreSQL's types.
CARRIED: Final = {
    "name": "text",
    "name_ar": "text",
    "industry": "text",
    "website": "text",
    "phone": "text",
    "email": "text",
    "logo_url": "text",
    "street": "text",
    "is_active": "boolean",
    "commercial_file_number": "text",
    "commercial_file_name": "text",
    "commercial_file_active": "boolean",
    "commercial_registration_number": "text",
    "establishment_date": "date",
    "classification": "text",
    "department": "text",
    "file_type": "text",
    "legal_entity": "text",
    "ownership_category": "text",
    "business_activity": "text",
    "location": "text",
    "tax_number": "text",
    "chambers": "text",
    "partnerships": "text[]",
    "import_export_license": "text",
    "special_permits": "text[]",
}
# What it never says: as in a new company.
UNSAID: Final = {
    "description": "",
    "size": "",
    "city": "",
    "state": "",
    "zip_code": "",
    "country": "",
    "subscription_plan": "free",
}
_FOLDED: Final = {"name_folded": "text", "name_ar_folded": "text"}
_STAGE: Final = "companies_to_import"
_SET: Final = [*CARRIED, *_FOLDED]
_INSERT: Final = f"""
INSERT INTO companies (id, old_id, version, created_at, {", ".join([*_SET, *UNSAID])})
SELECT id, old_id, 1, coalesce(created_at, now()),
       {", ".join([*_SET, *(repr(value) for value in UNSAID.values())])}
FROM {_STAGE}
ON CONFLICT DO NOTHING
RETURNING id
"""
# A hire under way is before or after the change, as for a change by people: see services/companies.py.
_UPDATE: Final = f"""
WITH former AS (
    SELECT c.id, c.is_active FROM companies c JOIN {_STAGE} s ON s.id = c.id ORDER BY c.id FOR UPDATE OF c
)
UPDATE companies c
SET ({", ".join(_SET)}) = ROW({", ".join(f"s.{column}" for column in _SET)}), updated_at = now(),
    version = c.version + CASE WHEN former.is_active AND NOT s.is_active THEN 2 ELSE 1 END
FROM {_STAGE} s JOIN former ON former.id = s.id
WHERE c.id = s.id AND ({", ".join(f"c.{column}" for column in CARRIED)})
    IS DISTINCT FROM ({", ".join(f"s.{column}" for column in CARRIED)})
RETURNING c.id, c.version, former.is_active AND NOT c.is_active
"""
_HELD: Final = """
SELECT c.id, EXISTS (SELECT FROM headcount_ledger l WHERE l.company_id = c.id),
       EXISTS (SELECT FROM departments d WHERE d.company_id = c.id)
       OR EXISTS (SELECT FROM licenses l WHERE l.company_id = c.id)
       OR EXISTS (SELECT FROM company_settings s WHERE s.company_id = c.id)
FROM companies c WHERE c.id = ANY(%s) ORDER BY c.id FOR UPDATE OF c
"""


@dataclass(frozen=True, slots=True)
class ImportedCompany:
    """A company of the old system under the id derived from it; without a time it is of the import's."""

    id: UUID
    old_id: str
    fields: CompanyFields
    created_at: datetime | None = None


@transaction.atomic
def companies_import(rows: Sequence[ImportedCompany]) -> set[UUID]:
    """Create the companies that are not here yet and return their ids; the others stay as HR has them by now.

    An old id or an id that is here counts as the same company.
    """
    with connection.cursor() as cursor:
        _stage(cursor, rows)
        cursor.execute(_INSERT)
        made = {row[0] for row in cursor.fetchall()}
    publish_staged((_created(row), row.id, row.id, 1) for row in rows if row.id in made)
    return made


@transaction.atomic
def companies_bring_over(rows: Sequence[ImportedCompany]) -> None:
    """Bring companies that are here to the state of ``rows``, and tell of what changed."""
    with connection.cursor() as cursor:
        _stage(cursor, rows)
        carry_moment(cursor, "companies", _STAGE)
        cursor.execute(_UPDATE)
        changed = {company_id: (version, ended) for company_id, version, ended in cursor.fetchall()}
    publish_staged(
        (event, row.id, row.id, version)
        for row in rows
        if row.id in changed
        for event, version in _changes(row, *changed[row.id])
    )


@transaction.atomic
def companies_take_back(company_ids: Collection[UUID]) -> dict[UUID, str]:
    """Take companies away; answers those that must stay, and why."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(company_ids)])
        held = cursor.fetchall()
        kept = {
            company_id: PEOPLE if people else RECORDS for company_id, people, more in held if people or more
        }
        gone = list(set(company_ids) - kept.keys())
        cursor.execute("DELETE FROM headcount_totals WHERE company_id = ANY(%s)", [gone])
        cursor.execute("DELETE FROM companies WHERE id = ANY(%s) RETURNING id, version", [gone])
        deleted = cursor.fetchall()
    publish_staged(
        (CompanyRemoved(company_id=company_id), company_id, company_id, version + 1)
        for company_id, version in deleted
    )
    return kept


def _stage(cursor: CursorWrapper, rows: Iterable[ImportedCompany]) -> None:
    columns = {"id": "uuid", "old_id": "text", "created_at": "timestamptz", **CARRIED, **_FOLDED}
    stage(cursor, _STAGE, columns, map(_staged, rows))


def _staged(row: ImportedCompany) -> list[Any]:
    said: dict[str, Any] = {name: row.fields.get(name, "") for name in CARRIED}
    said["is_active"] = row.fields.get("is_active", True)
    said["commercial_file_active"] = row.fields.get("commercial_file_active", True)
    said["establishment_date"] = row.fields.get("establishment_date")
    for name in ("partnerships", "special_permits"):
        said[name] = array_text(tuple(said[name] or ()))
    folded = (company_name_folded(said["name"]), company_name_folded(said["name_ar"]))
    return [row.id, row.old_id, row.created_at, *said.values(), *folded]


def _created(row: ImportedCompany) -> CompanyCreated:
    return CompanyCreated(
        company_id=row.id,
        name=row.fields["name"],
        name_ar=row.fields.get("name_ar", ""),
        is_active=row.fields.get("is_active", True),
        old_id=row.old_id,
    )


def _changes(row: ImportedCompany, version: int, ended: bool) -> list[tuple[Event, int]]:
    updated = CompanyUpdated(
        company_id=row.id,
        name=row.fields["name"],
        name_ar=row.fields.get("name_ar", ""),
        is_active=row.fields.get("is_active", True),
    )
    if not ended:
        return [(updated, version)]
    return [(updated, version - 1), (CompanyDeactivated(company_id=row.id), version)]
