"""Violations out of the old application's file.

Their type was free text there: one that is not a word of this system becomes ``other``, and the old word is
kept.
"""

from typing import Final

from common.legacy import old_violations
from common.legacy.choices import SubjectKind
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined
from common.legacy.plan import TableImport
from common.legacy.reader import Row
from common.legacy.words import one_spelling
from employee_service.employees.choices import Severity, ViolationType
from employee_service.employees.legacy.records import (
    Person,
    accepted,
    account,
    changed,
    old_values,
    removed,
    unknown_person,
    written,
)
from employee_service.employees.services.imports.values import ImportedViolation
from employee_service.employees.services.imports.violations import VIOLATIONS


def violations(facts: Facts) -> TableImport[ImportedViolation]:
    """How old violations come in."""
    return TableImport(
        name="violations",
        table=old_violations.TABLE,
        map=lambda row, place: map_violation(row, place, facts),
        write=written(VIOLATIONS, SubjectKind.VIOLATION, unknown_person),
        change=changed(VIOLATIONS, SubjectKind.VIOLATION, unknown_person),
        remove=removed(VIOLATIONS, facts, by=("reported_by", "reported_by")),
        account=ACCOUNT,
        rules=(
            "violations: a type that is none of this system's becomes other, and the old word is kept;"
            " so is who reported, when no account of the file is meant.",
        ),
    )


def map_violation(row: Row, place: int, facts: Facts) -> Outcome[ImportedViolation]:
    """An old violation as it is here, or why it cannot be carried."""
    found = accepted(facts, old_violations.TABLE, old_violations.read_violation, row, place)
    if isinstance(found, Quarantined):
        return found
    violation, employee = found
    person = Person(facts, violation.reported_by)
    spelled = one_spelling(violation.violation_type)
    is_known = spelled in ViolationType.values
    args = ImportedViolation(
        id=violation.id,
        old_id=violation.old_id,
        company_id=employee.company_id,
        employee_id=employee.id,
        created_at=violation.created_at,
        violation_type=ViolationType(spelled) if is_known else ViolationType.OTHER,
        severity=Severity(violation.severity),
        occurred_on=violation.day,
        description=violation.description,
        reported_by=person.id,
        old_values=old_values(
            violation.leftovers,
            type="" if is_known else violation.violation_type,
            reported_by=violation.reported_by,
        ),
        unknown_person=person.unknown,
    )
    return Imported(args.id, args, company_id=args.company_id)


ACCOUNT: Final = account(VIOLATIONS, people=("reported_by",))
