"""Employees out of the old application's file.

Rules: a missing hire date stays missing and a missing, unusable or foreign e-mail address stays empty, and
each is listed for HR. Archived means that the person has left. Whatever has no column here is kept among
the profile's old values.
"""

from collections.abc import Sequence
from typing import Final

from common.errors import DomainError
from common.legacy import old_employees
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined, ToDo
from common.legacy.old_employees import OldEmployee
from common.legacy.plan import Plan, TableImport, Written, present_in
from common.legacy.reader import Row
from employee_service.employees.choices import EmploymentStatus
from employee_service.employees.models import Employee
from employee_service.employees.services.imports import ImportedEmployee, ImportedProfile, employees_import

ARCHIVED: Final = "archived"


def plan(facts: Facts) -> Plan:
    """What this service takes from the file."""
    return (
        TableImport(
            name="employees",
            table=old_employees.TABLE,
            map=lambda row, place: map_employee(row, place, facts),
            existing=present_in(Employee.with_pending),
            write=write_employees,
            rules=(
                "employees: a missing hire date or e-mail address stays empty and is listed for HR;"
                " columns without a place here are kept with the profile.",
            ),
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
    return Imported(employee.id, args, _todo(employee, facts))


def write_employees(items: Sequence[Imported[ImportedEmployee]]) -> Written:
    """Make the employees; those whom the service refuses are set aside."""
    outcomes = employees_import([item.args for item in items])
    return Written(
        {
            item.id: Quarantined(
                QuarantineReason.REFUSED,
                company_id=item.args.company_id,
                detail=f"{outcome.code}: {outcome.message}",
            )
            for item, outcome in zip(items, outcomes, strict=True)
            if isinstance(outcome, DomainError)
        }
    )


def _own_email(employee: OldEmployee, facts: Facts) -> str:
    own = facts.keeps_email(old_employees.TABLE, employee.old_id, employee.email)
    return employee.email if own else ""


def _profile(employee: OldEmployee, *, gone: bool) -> ImportedProfile:
    texts = employee.texts
    old_values = dict(employee.leftovers)
    if "archive_reason" in texts and not gone:
        old_values["archive_reason"] = texts["archive_reason"]
    return ImportedProfile(
        date_of_birth=employee.date_of_birth,
        gender=employee.gender,
        marital_status=texts.get("marital_status", ""),
        address={"street": texts["address"]} if "address" in texts else {},
        emergency_contact_name=texts.get("emergency_contact", ""),
        emergency_contact_phone=texts.get("emergency_phone", ""),
        skills=list(employee.skills),
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
    if employee.old_id in facts.accounts:
        found.append((ToDoKind.LINKED_ACCOUNT, employee.email))
    return [
        ToDo(kind, SubjectKind.EMPLOYEE, employee.id, employee.name, employee.company_id, detail)
        for kind, detail in found
    ]
