"""Employees that the old system knew, brought in as they were."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.contracts.employee import EmployeeHired
from common.errors import ConflictError, DomainError
from common.legacy.staging import publish_staged
from common.messaging.services import Publication
from common.observability.context import current_actor_id
from employee_service.employees.exceptions import EmployeeExistsError, EmployeeNumberTakenError
from employee_service.employees.services.imports.stages import (
    PROFILE_WRITTEN,
    STAGE,
    TERM_SEPARATOR,
    WRITTEN,
    employees_stage,
)
from employee_service.employees.services.imports.values import ImportedEmployee
from employee_service.employees.services.numbers import numbers_allocate_again

LIFECYCLE: Final = "CASE employment_status WHEN 'terminated' THEN 'ended' ELSE 'current' END"
_KNOWN: Final = ", ".join(WRITTEN)
_PROFILE: Final = ", ".join(PROFILE_WRITTEN)
_INSERT: Final = f"""
WITH made AS (
INSERT INTO employees (id, employee_id, old_id, {_KNOWN}, employment_type, lifecycle,
                       exit_interview_conducted, civil_id_expiry, passport_expiry, version,
                       created_at, updated_at)
SELECT id, number, old_id, {_KNOWN}, employment_type, {LIFECYCLE},
       false, NULL, NULL, 1,
       coalesce(created_at, statement_timestamp()), statement_timestamp()
  FROM pg_temp.{STAGE} ORDER BY place
ON CONFLICT DO NOTHING RETURNING id
)
SELECT s.id FROM pg_temp.{STAGE} s WHERE NOT EXISTS (SELECT FROM made WHERE made.id = s.id)
"""
# Why rows of the stage could not be inserted, now that those which they are in conflict with are there.
_REFUSED: Final = f"""
SELECT s.id, s.email, s.user_id, s.number,
       EXISTS (SELECT FROM employees e WHERE e.id = s.id),
       s.employment_status <> 'terminated' AND EXISTS (
           SELECT FROM employees e
            WHERE e.company_id = s.company_id AND NOT e.lifecycle = 'ended'
              AND (e.user_id = s.user_id OR (e.email = s.email AND NOT e.email = '')))
  FROM pg_temp.{STAGE} s WHERE s.id = ANY(%s)
"""
_PROFILES: Final = f"""
INSERT INTO employee_profiles (company_id, employee_id, {_PROFILE}, emergency_contact_relationship,
                               certifications, education, work_experience)
SELECT company_id, id, {_PROFILE}, '', '{{}}', '[]', '[]' FROM pg_temp.{STAGE} WHERE has_profile
"""
TERMS: Final = f"""
INSERT INTO employee_search_terms (company_id, employee_id, term)
SELECT company_id, id, term
  FROM pg_temp.{STAGE}, string_to_table(terms, '{TERM_SEPARATOR}') AS term
"""
_HIRES: Final = f"""
INSERT INTO employment_events (company_id, employee_id, kind, effective_date, reason, old_value, new_value,
                               actor_id)
SELECT company_id, id, 'hired', hire_date, '', '', position, %s
  FROM pg_temp.{STAGE} WHERE hire_date IS NOT NULL ORDER BY place
"""


def employees_import(rows: Sequence[ImportedEmployee]) -> dict[UUID, DomainError]:
    """Bring in new employees of any companies with a few statements, in the caller's scope.

    Each is told of by employee.hired with source ``import``, upon which the company counts those who still
    work there. Returned are those that were refused: one whose id is here already, and one whose e-mail
    address or account a present employee of the company has. Of two such rows the first wins.
    """
    numbers = dict(
        zip((row.id for row in rows), numbers_allocate_again([row.company_id for row in rows]), strict=True)
    )
    # Company by company, since nearly every index begins with it: neighbours fall on the same page.
    ordered = sorted(rows, key=attrgetter("company_id"))
    with transaction.atomic(), connection.cursor() as cursor:
        employees_stage(cursor, ordered, numbers)
        cursor.execute(_INSERT)
        left = {row[0] for row in cursor.fetchall()}
        refused = _refusals(cursor, left)
        cursor.execute(_PROFILES)
        cursor.execute(TERMS)
        cursor.execute(_HIRES, [current_actor_id()])
        publish_staged(_hired(rows, numbers, left))
    return refused


def _refusals(cursor: CursorWrapper, ids: Collection[UUID]) -> dict[UUID, DomainError]:
    """Why the rows ``ids`` did not come in; they leave the stage."""
    if not ids:
        return {}
    cursor.execute(_REFUSED, [list(ids)])
    refused: dict[UUID, DomainError] = {}
    for key, email, user_id, number, is_here, is_employed in cursor.fetchall():
        if is_here:
            refused[key] = ConflictError(details={"id": str(key)})
        elif is_employed:
            refused[key] = EmployeeExistsError(details={"email": email, "user_id": str(user_id)})
        else:
            refused[key] = EmployeeNumberTakenError(details={"employee_id": number})
    cursor.execute(f"DELETE FROM pg_temp.{STAGE} WHERE id = ANY(%s)", [list(ids)])
    return refused


def _hired(
    rows: Sequence[ImportedEmployee], numbers: Mapping[UUID, str], left: Collection[UUID]
) -> Iterable[Publication]:
    return (
        Publication(employee_hired(row, numbers[row.id]), row.id, row.company_id, 1)
        for row in rows
        if row.id not in left
    )


def employee_hired(row: ImportedEmployee, number: str) -> EmployeeHired:
    """The event that tells of an employee of the old system."""
    return EmployeeHired(
        employee_id=row.id,
        employee_number=number,
        company_id=row.company_id,
        user_id=row.user_id,
        first_name=row.first_name,
        last_name=row.last_name,
        full_name_ar=row.full_name_ar,
        full_name_en=row.full_name_en,
        department_id=row.department_id,
        position=row.position,
        hire_date=row.hire_date,
        status=row.employment_status.value,
        source="import",
        nationality=row.nationality,
    )
