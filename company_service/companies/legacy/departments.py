"""Departments out of what the old employees' rows name: one for each name in a company, spelling apart."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import count
from typing import Final
from uuid import UUID

from common.legacy import old_employees
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.facts import EMPLOYEE_SET_ASIDE, Facts
from common.legacy.ids import department_id
from common.legacy.mapper import Imported, Outcome, Quarantined, Skipped, ToDo
from common.legacy.plan import Account, Column, TableImport, Written
from common.legacy.reader import Row
from common.legacy.scripts import is_arabic
from common.legacy.values import plain, text
from common.search import fold
from company_service.companies.services import (
    ImportedDepartment,
    departments_import,
    departments_take_back,
)
from company_service.companies.services.imports.departments import NAME_TAKEN

NO_DEPARTMENT: Final = "the employee's row names no department"
LONGEST_NAME: Final = 100
# A name that people had given to another department has a number here; a long one is cut for it.
_NUMBER: Final = re.compile(r" \(\d+\)$")
_COMPARED: Final = 80

ACCOUNT: Final = Account[ImportedDepartment](
    source="departments t",
    key="t.id",
    company="t.company_id",
    columns=(
        Column("company_id", "uuid", here="t.company_id", expected=lambda args: args.company_id),
        # Folded, since the spelling is that of whichever row came first.
        Column(
            "name",
            "text",
            here=rf"left(regexp_replace(t.name_folded, ' \(\d+\)$', ''), {_COMPARED})",
            expected=lambda args: _NUMBER.sub("", fold(args.name))[:_COMPARED],
        ),
        # What only people say.
        Column("description", "text", here="t.description", expected=lambda _args: ""),
        Column("is_active", "boolean", here="t.is_active", expected=lambda _args: True),
        Column("parent_id", "uuid", here="t.parent_id", expected=lambda _args: None),
        Column("manager_id", "uuid", here="t.manager_id", expected=lambda _args: None),
        Column("budget", "numeric(15,3)", here="t.budget", expected=lambda _args: None),
    ),
    references={"company_id": "company"},
)


def departments_plan(facts: Facts) -> TableImport[ImportedDepartment]:
    """The entry of the plan."""
    return TableImport(
        name="departments",
        table=old_employees.TABLE,
        map=department_mapper(facts),
        write=write_departments,
        change=change_departments,
        remove=remove_departments,
        account=ACCOUNT,
        shared=True,
        rules=("departments: one for each name in employees.department of a company, spelling apart.",),
    )


def department_mapper(facts: Facts) -> Callable[[Row, int], Outcome[ImportedDepartment]]:
    """Makes of an employee's row the department that it names; a few departments have all the rows."""

    @lru_cache(maxsize=65_536)
    def named(company_id: UUID, written: str) -> Outcome[ImportedDepartment]:
        name = " ".join(written.split())
        if not fold(name):
            return Skipped(NO_DEPARTMENT)
        args = ImportedDepartment(
            id=department_id(company_id, written),
            company_id=company_id,
            name=name,
            name_ar=name if is_arabic(name) else "",
        )
        return Imported(args.id, args, company_id=company_id)

    def map_department(row: Row, place: int) -> Outcome[ImportedDepartment]:
        old_id = plain(row.get("id"))
        employee = facts.carried_employee(old_id)
        if employee is None or facts.is_repeated(old_employees.TABLE, old_id, place):
            return Skipped(EMPLOYEE_SET_ASIDE)
        return named(employee.company_id, text(row.get("department")))

    return map_department


def write_departments(items: Sequence[Imported[ImportedDepartment]]) -> Written:
    """Make the departments; one whose name people gave to another department meanwhile gets a number."""
    rows = {item.id: item.args for item in items}
    refused = departments_import(list(rows.values()))
    homeless = [department_id for department_id, why in refused.items() if why != NAME_TAKEN]
    taken = [rows[department_id] for department_id, why in refused.items() if why == NAME_TAKEN]
    todo = [
        ToDo(ToDoKind.DUPLICATE_NAME, SubjectKind.DEPARTMENT, row.id, row.name, row.company_id)
        for row in taken
    ]
    for number in count(2):
        if not taken:
            break
        left = departments_import([_numbered(row, number) for row in taken])
        taken = [row for row in taken if row.id in left]
    return Written(dict.fromkeys(homeless, Quarantined(QuarantineReason.UNKNOWN_COMPANY)), todo)


def change_departments(_items: Sequence[Imported[ImportedDepartment]]) -> Written:
    """A row that names a department otherwise names another one, and a department keeps its first spelling."""
    return Written()


def remove_departments(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take departments away."""
    return departments_take_back(ids)


def _numbered(row: ImportedDepartment, number: int) -> ImportedDepartment:
    suffix = f" ({number})"
    return replace(row, name=row.name[: LONGEST_NAME - len(suffix)] + suffix)
