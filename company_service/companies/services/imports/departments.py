"""Departments that the old system knew only as a text in its employees' rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from common.contracts.company import DepartmentCreated, DepartmentDeleted
from common.legacy.staging import publish_staged, stage
from common.search import fold

NAME_TAKEN: Final = "the company has a department of this name"
NO_COMPANY: Final = "the company is not here"
PEOPLE: Final = "people work in the department"
INSIDE: Final = "departments were made inside the department"

_STAGE: Final = "departments_to_import"
_COLUMNS: Final = {
    "id": "uuid",
    "company_id": "uuid",
    "name": "text",
    "name_ar": "text",
    "name_folded": "text",
    "name_ar_folded": "text",
}
_INSERT: Final = f"""
INSERT INTO departments ({", ".join(_COLUMNS)}, description, is_active, version)
SELECT {", ".join(f"s.{column}" for column in _COLUMNS)}, '', true, 1
FROM {_STAGE} s JOIN companies c ON c.id = s.company_id
ON CONFLICT DO NOTHING
RETURNING id
"""
_NOT_MADE: Final = f"""
SELECT s.id, EXISTS (SELECT FROM companies c WHERE c.id = s.company_id) FROM {_STAGE} s
WHERE NOT EXISTS (SELECT FROM departments d WHERE d.id = s.id)
"""
_HELD: Final = """
SELECT d.id, coalesce((
           SELECT sum(l.delta) FROM headcount_ledger l
           WHERE l.company_id = d.company_id AND l.department_id = d.id
       ), 0) <> 0,
       EXISTS (SELECT FROM departments inside WHERE inside.company_id = d.company_id AND inside.parent_id = d.id)
FROM departments d WHERE d.id = ANY(%s) ORDER BY d.id FOR UPDATE OF d
"""


@dataclass(frozen=True, slots=True)
class ImportedDepartment:
    """A department at the top of a company."""

    id: UUID
    company_id: UUID
    name: str
    name_ar: str = ""


@transaction.atomic
def departments_import(rows: Sequence[ImportedDepartment]) -> dict[UUID, str]:
    """Create the departments that are not here yet; answers those that cannot be, and why."""
    with connection.cursor() as cursor:
        stage(
            cursor,
            _STAGE,
            _COLUMNS,
            (
                (row.id, row.company_id, row.name, row.name_ar, fold(row.name), fold(row.name_ar))
                for row in rows
            ),
        )
        cursor.execute(_INSERT)
        made = {row[0] for row in cursor.fetchall()}
        cursor.execute(_NOT_MADE)
        refused = {
            department_id: NAME_TAKEN if company_is_here else NO_COMPANY
            for department_id, company_is_here in cursor.fetchall()
        }
    publish_staged(
        (
            DepartmentCreated(
                department_id=row.id, company_id=row.company_id, name=row.name, name_ar=row.name_ar
            ),
            row.id,
            row.company_id,
            1,
        )
        for row in rows
        if row.id in made
    )
    return refused


@transaction.atomic
def departments_take_back(department_ids: Collection[UUID]) -> dict[UUID, str]:
    """Take departments away; answers those that must stay, and why."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(department_ids)])
        held = cursor.fetchall()
        kept = {
            department_id: PEOPLE if people else INSIDE
            for department_id, people, inside in held
            if people or inside
        }
        cursor.execute(
            "DELETE FROM departments WHERE id = ANY(%s) RETURNING id, company_id, version",
            [list(set(department_ids) - kept.keys())],
        )
        deleted = cursor.fetchall()
    publish_staged(
        (
            DepartmentDeleted(department_id=department_id, company_id=company_id, source="import"),
            department_id,
            company_id,
            version + 1,
        )
        for department_id, company_id, version in deleted
    )
    return kept
