"""Companies out of the old application's file, and departments out of what its employees' rows name.

Rules: an unreadable optional value does not hold a company back but is listed for HR with the old value.
The stored numbers of employees and licences are wrong and left behind: people are counted by their events.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Final

from common.legacy import old_companies, old_employees
from common.legacy.choices import SubjectKind, ToDoKind
from common.legacy.content import preserved
from common.legacy.facts import EMPLOYEE_SET_ASIDE, Facts
from common.legacy.mapper import Imported, Outcome, Quarantined, Skipped, ToDo
from common.legacy.old_companies import OldCompany
from common.legacy.plan import Plan, TableImport, Written, present_in
from common.legacy.reader import Row
from common.legacy.scripts import is_arabic
from company_service.companies.models import Company, Department
from company_service.companies.services import (
    CompanyFields,
    ImportedCompany,
    ImportedDepartment,
    companies_import,
    departments_import,
)

NO_DEPARTMENT: Final = "the employee's row names no department"
LONGEST_NAME: Final = 100


def plan(facts: Facts) -> Plan:
    """What this service takes from the file."""
    return (
        TableImport(
            name="companies",
            table=old_companies.TABLE,
            map=lambda row, place: map_company(row, place, facts),
            existing=present_in(Company.objects),
            write=write_companies,
            rules=(
                "companies: total_employees and total_licenses are not carried, since they are wrong;"
                " people are counted anew.",
            ),
        ),
        TableImport(
            name="departments",
            table=old_employees.TABLE,
            map=lambda row, place: map_department(row, place, facts),
            existing=present_in(Department.objects),
            write=write_departments,
            shared=True,
            rules=("departments: one for each name in employees.department of a company, spelling apart.",),
        ),
    )


def map_company(row: Row, place: int, facts: Facts) -> Outcome[ImportedCompany]:
    """An old company as it is here, with a to-do item for each value that could not be carried."""
    company = facts.company(row, place)
    if isinstance(company, Quarantined):
        return company
    args = ImportedCompany(
        id=company.id, old_id=company.old_id, fields=_fields(company), created_at=company.created_at
    )
    old_values = preserved(row)
    todo = [
        ToDo(
            ToDoKind.UNREADABLE_VALUE,
            SubjectKind.COMPANY,
            company.id,
            company.name,
            company.id,
            f"{column}: {old_values[column]}",
        )
        for column in company.unreadable
    ]
    return Imported(company.id, args, todo)


def map_department(row: Row, place: int, facts: Facts) -> Outcome[ImportedDepartment]:
    """The department that an employee's row names."""
    employee = facts.employee(row, place)
    if isinstance(employee, Quarantined):
        return Skipped(EMPLOYEE_SET_ASIDE)
    if employee.department_id is None:
        return Skipped(NO_DEPARTMENT)
    name = " ".join(employee.department.split())
    args = ImportedDepartment(
        id=employee.department_id,
        company_id=employee.company_id,
        name=name,
        name_ar=name if is_arabic(name) else "",
    )
    return Imported(args.id, args)


def write_companies(items: Sequence[Imported[ImportedCompany]]) -> Written:
    """Make the companies."""
    companies_import([item.args for item in items])
    return Written()


def write_departments(items: Sequence[Imported[ImportedDepartment]]) -> Written:
    """Make the departments; one whose name people gave to another department meanwhile gets a number."""
    refused = _refused([item.args for item in items])
    todo = [
        ToDo(ToDoKind.DUPLICATE_NAME, SubjectKind.DEPARTMENT, row.id, row.name, row.company_id)
        for row in refused
    ]
    for number in count(2):
        if not refused:
            break
        numbered = _refused([_numbered(row, number) for row in refused])
        left = {row.id for row in numbered}
        refused = [row for row in refused if row.id in left]
    return Written(todo=todo)


def _refused(rows: Sequence[ImportedDepartment]) -> list[ImportedDepartment]:
    """Import the departments; returns those whose name is taken."""
    made = departments_import(rows)
    return [row for row in rows if row.id not in made]


def _numbered(row: ImportedDepartment, number: int) -> ImportedDepartment:
    suffix = f" ({number})"
    return replace(row, name=row.name[: LONGEST_NAME - len(suffix)] + suffix)


def _fields(company: OldCompany) -> CompanyFields:
    texts = company.texts
    return CompanyFields(
        name=company.name,
        name_ar=company.name if is_arabic(company.name) else "",
        industry=texts.get("industry_type", ""),
        website=company.website,
        phone=texts.get("phone", ""),
        email=company.email,
        logo_url=company.logo_url,
        street=texts.get("address", ""),
        is_active=company.is_active,
        commercial_file_number=texts.get("commercial_file_number", ""),
        commercial_file_name=texts.get("commercial_file_name", ""),
        commercial_file_active=company.commercial_file_active,
        commercial_registration_number=texts.get("commercial_registration_number", ""),
        establishment_date=company.establishment_date,
        classification=texts.get("classification", ""),
        department=texts.get("department", ""),
        file_type=texts.get("file_type", ""),
        legal_entity=texts.get("legal_entity", ""),
        ownership_category=texts.get("ownership_category", ""),
        business_activity=texts.get("business_activity", ""),
        location=texts.get("location", ""),
        tax_number=texts.get("tax_number", ""),
        chambers=texts.get("chambers", ""),
        partnerships=list(company.partnerships),
        import_export_license=texts.get("import_export_license", ""),
        special_permits=list(company.special_permits),
    )
