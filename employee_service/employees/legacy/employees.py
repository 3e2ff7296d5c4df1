"""Employees out of the old application's file.

Rules: a missing hire date stays missing and a missing, unusable or foreign e-mail address stays empty, and
each is listed for HR. Archived means that the person has left. Whatever has no column here is kept among
the profile's old values.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from common.legacy import old_employees
from common.legacy.choices import SubjectKind, ToDoKind
from common.legacy.content import Json
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined, ToDo
from common.legacy.moments import written_at
from common.legacy.old_employees import OldEmployee
from common.legacy.plan import Account, Column, SealedColumn, TableImport, Written
from common.legacy.reader import Row
from common.legacy.staging import array_text
from common.security.encryption.fields import encrypted_field
from employee_service.employees.choices import EmploymentStatus
from employee_service.employees.legacy.refusals import refusals
from employee_service.employees.models import Employee, EmployeeProfile
from employee_service.employees.services.imports.employee_changes import employees_import_changes
from employee_service.employees.services.imports.employees import employees_import
from employee_service.employees.services.imports.removal import employees_import_remove
from employee_service.employees.services.imports.stages import (
    EMPLOYEE_COLUMNS,
    NO_PROFILE,
    PROFILE_COLUMNS,
    SEALED_COLUMNS,
    json_text,
    mark_of,
    old_values_mark,
    profile_value,
)
from employee_service.employees.services.imports.values import ImportedEmployee, ImportedProfile

ARCHIVED: Final = "archived"


def employees(facts: Facts) -> TableImport[ImportedEmployee]:
    """How old employees come in."""
    return TableImport(
        name="employees",
        table=old_employees.TABLE,
        map=lambda row, place: map_employee(row, place, facts),
        write=write_employees,
        change=change_employees,
        remove=employees_import_remove,
        account=ACCOUNT,
        rules=(
            "employees: a missing hire date or e-mail address stays empty and is listed for HR;"
            " columns without a place here are kept with the profile.",
            "employees: a day on which somebody left is not in the file and stays empty.",
        ),
    )


def map_employee(row: Row, place: int, facts: Facts) -> Outcome[ImportedEmployee]:
    """An old employee as they are here, with what HR has to do about them."""
    employee = facts.employee(row, place)
    if isinstance(employee, Quarantined):
        return employee
    gone = employee.is_archived or employee.status in {EmploymentStatus.TERMINATED, ARCHIVED}
    texts = employee.texts
    profile = _profile(employee, gone=gone)
    args = ImportedEmployee(
        id=employee.id,
        old_id=employee.old_id,
        company_id=employee.company_id,
        user_id=facts.account_of(employee.old_id),
        first_name=employee.first_name,
        last_name=employee.last_name,
        full_name_ar=employee.full_name_ar,
        full_name_en=employee.full_name_en,
        email=_own_email(employee, facts),
        phone=texts.get("phone", ""),
        position=employee.position,
        department_id=employee.department_id,
        hire_date=employee.hire_date,
        salary=employee.salary,
        employment_status=EmploymentStatus.TERMINATED if gone else EmploymentStatus(employee.status),
        archived=employee.is_archived or employee.status == ARCHIVED,
        termination_reason=texts.get("archive_reason", "") if gone else "",
        employee_type=employee.employee_type,
        nationality=texts.get("nationality", ""),
        civil_id=texts.get("civil_id", ""),
        passport_number=texts.get("passport_number", ""),
        residence_number=texts.get("residence_number", ""),
        residence_expiry=employee.residence_expiry,
        created_at=employee.created_at,
        profile=None if profile == ImportedProfile() else profile,
    )
    return Imported(employee.id, args, _todo(employee, facts), args.company_id)


def write_employees(items: Sequence[Imported[ImportedEmployee]]) -> Written:
    """Make the employees; those whom the service refuses are set aside."""
    return Written(refusals(items, employees_import([item.args for item in items])))


def change_employees(items: Sequence[Imported[ImportedEmployee]]) -> Written:
    """Bring employees who are here to what the old system says now."""
    employees_import_changes([item.args for item in items])
    return Written()


def _of_employee(column: str) -> Callable[[ImportedEmployee], Any]:
    return lambda args: getattr(args, column)


def _of_profile(column: str, kind: str) -> Callable[[ImportedEmployee], Any]:
    def value(args: ImportedEmployee) -> Any:
        found = getattr(args.profile or NO_PROFILE, column)
        if kind == "jsonb":
            return json_text(found)
        return array_text(found) if kind == "text[]" else found

    return value


def _sealed(column: str) -> Column[ImportedEmployee]:
    return Column(
        column,
        "uuid",
        f"t.{column}_mark",
        lambda args: mark_of(args, column),
        SealedColumn(f"t.{column}", encrypted_field(Employee, column), _of_employee(column)),
    )


# Without what the old system knows nothing of (a manager, the passport's expiry): whoever fills that in does
# not contradict it. An employee for whom somebody did is kept when the others are taken away.
ACCOUNT: Final = Account[ImportedEmployee](
    source="employees t LEFT JOIN employee_profiles p ON p.employee_id = t.id",
    key="t.id",
    company="t.company_id",
    columns=[
        *(
            Column(column, kind, f"t.{column}", _of_employee(column))
            for column, kind in ({"old_id": "text"} | EMPLOYEE_COLUMNS).items()
        ),
        *(_sealed(column) for column in SEALED_COLUMNS),
        *(
            Column(column, kind, profile_value(column), _of_profile(column, kind))
            for column, kind in PROFILE_COLUMNS.items()
            if column != "old_values_mark"
        ),
        Column(
            "old_values",
            PROFILE_COLUMNS["old_values_mark"],
            profile_value("old_values_mark"),
            old_values_mark,
            SealedColumn(
                "nullif(p.old_values, '')",
                encrypted_field(EmployeeProfile, "old_values"),
                lambda args: (args.profile or NO_PROFILE).old_values or None,
            ),
        ),
    ],
    money=("salary",),
    references={"company_id": "company", "user_id": "user", "department_id": "department"},
    moments=[written_at()],
)


def _own_email(employee: OldEmployee, facts: Facts) -> str:
    own = facts.keeps_email(old_employees.TABLE, employee.old_id, employee.email)
    return employee.email if own else ""


def _profile(employee: OldEmployee, *, gone: bool) -> ImportedProfile:
    texts = employee.texts
    old_values: dict[str, Json] = dict(employee.leftovers)
    if "archive_reason" in texts and not gone:
        old_values["archive_reason"] = texts["archive_reason"]
    return ImportedProfile(
        date_of_birth=employee.date_of_birth,
        gender=employee.gender,
        marital_status=texts.get("marital_status", ""),
        address={"street": texts["address"]} if "address" in texts else {},
        emergency_contact_name=texts.get("emergency_contact", ""),
        emergency_contact_phone=texts.get("emergency_phone", ""),
        skills=employee.skills,
        notes=texts.get("notes", ""),
        old_values=old_values,
    )


def _todo(employee: OldEmployee, facts: Facts) -> list[ToDo]:
    found: list[tuple[ToDoKind, str]] = []
    if not employee.email:
        unusable = ToDoKind.UNUSABLE_EMAIL if employee.written_email else ToDoKind.MISSING_EMAIL
        found.append((unusable, employee.written_email))
    elif not _own_email(employee, facts):
        found.append((ToDoKind.DUPLICATE_EMAIL, employee.email))
    if employee.hire_date is None:
        found.append((ToDoKind.MISSING_HIRE_DATE, ""))
    if facts.is_linked(employee.old_id):
        found.append((ToDoKind.LINKED_ACCOUNT, employee.email))
    return [
        ToDo(kind, SubjectKind.EMPLOYEE, employee.id, employee.name, employee.company_id, detail)
        for kind, detail in found
    ]
