"""Imported employees brought to what the old system says of them now."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.contracts.employee import (
    EmployeeArchived,
    EmployeeTerminated,
    EmployeeTransferred,
    EmployeeUpdated,
)
from common.days import today
from common.legacy.moments import carry_moment
from common.legacy.staging import publish_staged
from common.messaging.services import Publication
from common.observability.context import current_actor_id
from common.security.encryption.fields import encrypted_field
from employee_service.employees.choices import EmploymentStatus, HistoryKind
from employee_service.employees.models import Employee, EmploymentEvent
from employee_service.employees.services.employment import SEARCHED_FIELDS
from employee_service.employees.services.history import KINDS
from employee_service.employees.services.imports.employees import LIFECYCLE, TERMS, employee_hired
from employee_service.employees.services.imports.moves import RETOLD, employees_leave, records_arrive
from employee_service.employees.services.imports.stages import (
    EMPLOYEE_COLUMNS,
    PROFILE_COLUMNS,
    PROFILE_WRITTEN,
    SEALED_COLUMNS,
    STAGE,
    WRITTEN,
    employees_stage,
    profile_value,
)
from employee_service.employees.services.imports.values import ImportedEmployee


def _named(condition: str, name: str) -> str:
    return f"CASE WHEN {condition} THEN '{name}' END"


_CHANGED: Final = ", ".join(
    [_named(f"t.{column} IS DISTINCT FROM s.{column}", column) for column in EMPLOYEE_COLUMNS]
    + [_named(f"t.{column}_mark IS DISTINCT FROM s.{column}_mark", column) for column in SEALED_COLUMNS]
    + [
        _named(f"{profile_value(column)} IS DISTINCT FROM s.{column}", f"profile.{column}")
        for column in PROFILE_COLUMNS
    ]
)
_FIND: Final = f"""
SELECT id, changed, version, number, company_id, user_id, department_id, position, employment_status,
       hire_date, {", ".join(SEALED_COLUMNS)}
  FROM (SELECT t.id, t.version, t.employee_id AS number, t.company_id, t.user_id, t.department_id,
               t.position, t.employment_status, t.hire_date,
               {", ".join(f"t.{column}" for column in SEALED_COLUMNS)},
               array_remove(ARRAY[{_CHANGED}], NULL) AS changed
          FROM pg_temp.{STAGE} s JOIN employees t ON t.id = s.id
          LEFT JOIN employee_profiles p ON p.employee_id = t.id
         FOR UPDATE OF t) x
 WHERE cardinality(changed) > 0 ORDER BY id
"""
_UPDATE: Final = f"""
UPDATE employees t SET {", ".join(f"{column} = s.{column}" for column in WRITTEN)},
       lifecycle = {LIFECYCLE.replace("employment_status", "s.employment_status")},
       version = t.version + CASE WHEN t.id = ANY(%s) THEN {RETOLD} ELSE 1 END,
       updated_at = statement_timestamp()
  FROM pg_temp.{STAGE} s WHERE t.id = s.id
"""
_PROFILES: Final = f"""
INSERT INTO employee_profiles AS p (company_id, employee_id, {", ".join(PROFILE_WRITTEN)},
       emergency_contact_relationship, certifications, education, work_experience)
SELECT company_id, id, {", ".join(PROFILE_WRITTEN)}, '', '{{}}', '[]', '[]'
  FROM pg_temp.{STAGE} WHERE id = ANY(%s)
ON CONFLICT (employee_id) DO UPDATE SET updated_at = statement_timestamp(),
       {", ".join(f"{column} = excluded.{column}" for column in PROFILE_WRITTEN)}
"""


class _Found(NamedTuple):
    """An employment before the change, and what the change is."""

    id: UUID
    changed: list[str]
    version: int
    number: str
    company_id: UUID
    user_id: UUID
    department_id: UUID | None
    position: str
    employment_status: str
    hire_date: date | None
    salary: Decimal | None
    civil_id: str
    passport_number: str
    residence_number: str

    @property
    def has_moved(self) -> bool:
        """Whether the person now belongs to another company."""
        return "company_id" in self.changed

    def has_left(self, row: ImportedEmployee) -> bool:
        """Whether the change ends the employment."""
        return row.employment_status == EmploymentStatus.TERMINATED != self.employment_status

    def has_returned(self, row: ImportedEmployee) -> bool:
        """Whether the change takes an end of the employment back."""
        return self.employment_status == EmploymentStatus.TERMINATED != row.employment_status


def employees_import_changes(rows: Sequence[ImportedEmployee]) -> None:
    """Bring employees who are here to the state of ``rows``, in the caller's scope, and tell of what changes.

    What the old system has no column for, such as the manager and the passport's expiry, stays as it is here.
    Changes count from today. Raises IntegrityError when an address or account is a colleague's here, and
    when somebody changed companies who has reviews, a manager or staff here.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        employees_stage(cursor, rows, {})
        carry_moment(cursor, "employees", STAGE)
        cursor.execute(_FIND)
        found = [_opened(_Found(*row)) for row in cursor.fetchall()]
        if not found:
            return
        wanted = {row.id: row for row in rows}
        found = [_without_moved_marks(before, wanted[before.id]) for before in found]
        cursor.execute(f"DELETE FROM pg_temp.{STAGE} WHERE id <> ALL(%s)", [[before.id for before in found]])
        moved = [before.id for before in found if before.has_moved]
        retold = moved + [before.id for before in found if before.has_returned(wanted[before.id])]
        employees_leave(cursor, [before for before in found if before.id in retold], moved)
        cursor.execute(_UPDATE, [retold])
        _renew_details(cursor, found)
        EmploymentEvent.objects.bulk_create(
            entry for before in found for entry in _history(before, wanted[before.id])
        )
        publish_staged(item for before in found for item in _events(before, wanted[before.id]))
        records_arrive(cursor, moved)


def _opened(row: _Found) -> _Found:
    """The row as it was read, its sealed values opened."""
    values = {name: (encrypted_field(Employee, name), getattr(row, name)) for name in SEALED_COLUMNS}
    return row._replace(
        **{name: field.opened(value, row.id) if value else value for name, (field, value) in values.items()}
    )


def _without_moved_marks(before: _Found, row: ImportedEmployee) -> _Found:
    """Of somebody who moved to another company, where every mark is another, what really changed."""
    if not before.has_moved:
        return before
    same = {name for name in SEALED_COLUMNS if getattr(before, name) == getattr(row, name)}
    return before._replace(changed=[name for name in before.changed if name not in same])


def _renew_details(cursor: CursorWrapper, found: Sequence[_Found]) -> None:
    details = [before.id for before in found if any(name.startswith("profile.") for name in before.changed)]
    if details:
        cursor.execute(_PROFILES, [details])
    renamed = [before.id for before in found if SEARCHED_FIELDS.intersection(before.changed)]
    cursor.execute(f"DELETE FROM pg_temp.{STAGE} WHERE id <> ALL(%s)", [renamed])
    if renamed:
        cursor.execute(
            f"DELETE FROM employee_search_terms t USING pg_temp.{STAGE} s"
            " WHERE t.company_id = s.company_id AND t.employee_id = s.id"
        )
        cursor.execute(TERMS)


def _history(before: _Found, row: ImportedEmployee) -> Iterator[EmploymentEvent]:
    for name in before.changed:
        kind = KINDS.get(name)
        if kind is None:
            continue
        entry = EmploymentEvent(
            company_id=row.company_id,
            employee_id=row.id,
            kind=kind,
            effective_date=today(),
            actor_id=current_actor_id(),
        )
        old, new = getattr(before, name), getattr(row, name)
        if kind == HistoryKind.PAY_CHANGED:
            entry.old_salary, entry.new_salary = old, new
        elif kind == HistoryKind.HIRE_DATE_CHANGED and old is None:
            entry.kind, entry.effective_date, entry.new_value = HistoryKind.HIRED, new, row.position
        else:
            if kind == HistoryKind.STATUS_CHANGED and before.has_left(row):
                entry.kind, entry.reason = HistoryKind.TERMINATED, row.termination_reason
            entry.old_value, entry.new_value = (
                str(value) if value is not None else "" for value in (old, new)
            )
        yield entry


def _events(before: _Found, row: ImportedEmployee) -> Iterator[Publication]:
    version = before.version + 1
    if before.has_moved or before.has_returned(row):
        # They were taken back just before, so that everybody counts them where they belong now.
        again = employee_hired(row, before.number)
        yield Publication(again, row.id, row.company_id, before.version + RETOLD)
        return
    yield Publication(_updated(before, row), row.id, row.company_id, version)
    if "department_id" in before.changed:
        moved = EmployeeTransferred(
            employee_id=row.id,
            company_id=row.company_id,
            from_department_id=before.department_id,
            to_department_id=row.department_id,
            source="import",
        )
        yield Publication(moved, row.id, row.company_id, version)
    if before.has_left(row):
        left = EmployeeTerminated(
            employee_id=row.id,
            company_id=row.company_id,
            user_id=row.user_id,
            last_day=today(),
            department_id=row.department_id,
            reason=row.termination_reason,
        )
        yield Publication(left, row.id, row.company_id, version)
    if "archived" in before.changed and row.archived:
        archived = EmployeeArchived(employee_id=row.id, company_id=row.company_id)
        yield Publication(archived, row.id, row.company_id, version)


def _updated(before: _Found, row: ImportedEmployee) -> EmployeeUpdated:
    return EmployeeUpdated(
        employee_id=row.id,
        company_id=row.company_id,
        user_id=row.user_id,
        first_name=row.first_name,
        last_name=row.last_name,
        full_name_ar=row.full_name_ar,
        full_name_en=row.full_name_en,
        department_id=row.department_id,
        position=row.position,
        status=row.employment_status.value,
        changed=before.changed,
        nationality=row.nationality,
        hire_date=row.hire_date,
    )
