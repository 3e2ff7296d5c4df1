"""Imported employees on their way into the tables: one staged row for each, profile and search terms included."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.backends.utils import CursorWrapper

from common.legacy.staging import array_text, stage
from common.security.encryption.bulk import BulkSealer
from common.security.encryption.marks import mark_for
from employee_service.employees.models import Employee, EmployeeProfile
from employee_service.employees.services.imports.values import ImportedEmployee, ImportedProfile
from employee_service.employees.services.search_terms import terms_of_words

STAGE: Final = "imported_employees"
# What the old system knows of an employment: column here and PostgreSQL's type.
EMPLOYEE_COLUMNS: Final = {
    "company_id": "uuid",
    "user_id": "uuid",
    "department_id": "uuid",
    "first_name": "text",
    "last_name": "text",
    "full_name_ar": "text",
    "full_name_en": "text",
    "email": "text",
    "phone": "text",
    "position": "text",
    "hire_date": "date",
    "employment_status": "text",
    "archived": "boolean",
    "termination_reason": "text",
    "employee_type": "text",
    "nationality": "text",
    "residence_expiry": "date",
}
# Sealed on their way in; each goes with its mark.
SEALED_COLUMNS: Final = ("salary", "civil_id", "passport_number", "residence_number")
PROFILE_COLUMNS: Final = {
    "date_of_birth": "date",
    "gender": "text",
    "marital_status": "text",
    "address": "jsonb",
    "emergency_contact_name": "text",
    "emergency_contact_phone": "text",
    "skills": "text[]",
    "notes": "text",
    # Of the old system's other values, which are sealed and so never equal.
    "old_values_mark": "uuid",
}
PROFILE_WRITTEN: Final = (*PROFILE_COLUMNS, "old_values")
_COLUMNS: Final = (
    {"place": "int", "id": "uuid", "old_id": "text", "number": "text", "terms": "text"}
    | {"employment_type": "text", "created_at": "timestamptz", "has_profile": "boolean"}
    | EMPLOYEE_COLUMNS
    | {
        name: kind
        for column in SEALED_COLUMNS
        for name, kind in ((column, "text"), (f"{column}_mark", "uuid"))
    }
    | PROFILE_COLUMNS
    | {"old_values": "text"}
)
# Everything of an employment that an import writes, its marks included.
WRITTEN: Final = (*EMPLOYEE_COLUMNS, *SEALED_COLUMNS, *(f"{column}_mark" for column in SEALED_COLUMNS))
# Folded texts hold no control characters, so this one can stand between them.
TERM_SEPARATOR: Final = "\n"
NO_PROFILE: Final = ImportedProfile()
_json = msgspec.json.Encoder()


def profile_value(column: str) -> str:
    """The SQL of a profile's column, read as ``p``; where there is no profile, what an empty one has."""
    kind = PROFILE_COLUMNS[column]
    nothing = {"date": "NULL::date", "uuid": "NULL::uuid", "text": "''"}.get(kind, f"'{{}}'::{kind}")
    return f"coalesce(p.{column}, {nothing})"


def employees_stage(
    cursor: CursorWrapper, rows: Sequence[ImportedEmployee], numbers: Mapping[UUID, str]
) -> None:
    """Stage ``rows`` as the temporary table STAGE, each with its number of ``numbers``, if it has one there."""
    stage(cursor, STAGE, _COLUMNS, _staged(rows, numbers))


def mark_of(row: ImportedEmployee, column: str) -> UUID | None:
    """The mark of a sealed column of an imported employee."""
    return mark_for(Employee, column, getattr(row, column), row.company_id, row.id)


def old_values_mark(row: ImportedEmployee) -> UUID | None:
    """The mark of what the old system said besides; None when that is nothing."""
    profile = row.profile or NO_PROFILE
    return mark_for(EmployeeProfile, "old_values", profile.old_values or None, row.company_id, row.id)


def json_text(value: Mapping[str, Any]) -> str:
    """JSON as :func:`stage` takes it."""
    return _json.encode(value).decode() if value else "{}"


def _staged(rows: Sequence[ImportedEmployee], numbers: Mapping[UUID, str]) -> Iterator[tuple[Any, ...]]:
    pay_and_papers = BulkSealer(Employee, SEALED_COLUMNS)
    other = BulkSealer(EmployeeProfile, ("old_values",))
    plains = attrgetter(*SEALED_COLUMNS)
    for place, row in enumerate(rows):
        number = numbers.get(row.id, "")
        profile = row.profile or NO_PROFILE
        old_values, old_mark = other.sealed((profile.old_values,), row.company_id, row.id)
        names = (f"{row.first_name} {row.last_name}", row.full_name_en, row.full_name_ar)
        yield (
            place,
            row.id,
            row.old_id,
            number,
            TERM_SEPARATOR.join(terms_of_words((number, row.email, row.phone), names)),
            row.employment_type.value,
            row.created_at,
            row.profile is not None,
            row.company_id,
            row.user_id,
            row.department_id,
            row.first_name,
            row.last_name,
            row.full_name_ar,
            row.full_name_en,
            row.email,
            row.phone,
            row.position,
            row.hire_date,
            row.employment_status.value,
            row.archived,
            row.termination_reason,
            row.employee_type,
            row.nationality,
            row.residence_expiry,
            *pay_and_papers.sealed(plains(row), row.company_id, row.id),
            profile.date_of_birth,
            profile.gender,
            profile.marital_status,
            json_text(profile.address),
            profile.emergency_contact_name,
            profile.emergency_contact_phone,
            array_text(profile.skills),
            profile.notes,
            old_mark,
            old_values,
        )
