"""Deductions out of the old application's file."""

from typing import Final

from common.legacy import old_deductions
from common.legacy.choices import SubjectKind
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined
from common.legacy.plan import TableImport
from common.legacy.reader import Row
from employee_service.employees.choices import DeductionStatus, DeductionType
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
from employee_service.employees.services.imports.deductions import DEDUCTIONS
from employee_service.employees.services.imports.values import ImportedDeduction


def deductions(facts: Facts) -> TableImport[ImportedDeduction]:
    """How old deductions come in."""
    return TableImport(
        name="deductions",
        table=old_deductions.TABLE,
        map=lambda row, place: map_deduction(row, place, facts),
        write=written(DEDUCTIONS, SubjectKind.DEDUCTION, unknown_person),
        change=changed(DEDUCTIONS, SubjectKind.DEDUCTION, unknown_person),
        remove=removed(DEDUCTIONS, facts, by=("recorded_by", "processed_by")),
        account=ACCOUNT,
        rules=(
            "deductions: who recorded is left empty when no account of the file is meant, and the old value kept.",
        ),
    )


def map_deduction(row: Row, place: int, facts: Facts) -> Outcome[ImportedDeduction]:
    """An old deduction as it is here, or why it cannot be carried."""
    found = accepted(facts, old_deductions.TABLE, old_deductions.read_deduction, row, place)
    if isinstance(found, Quarantined):
        return found
    deduction, employee = found
    person = Person(facts, deduction.processed_by)
    args = ImportedDeduction(
        id=deduction.id,
        old_id=deduction.old_id,
        company_id=employee.company_id,
        employee_id=employee.id,
        created_at=deduction.created_at,
        deduction_type=DeductionType(deduction.deduction_type),
        status=DeductionStatus(deduction.status),
        amount=deduction.amount,
        effective_date=deduction.day,
        description=deduction.reason,
        recorded_by=person.id,
        old_values=old_values(deduction.leftovers, processed_by=deduction.processed_by),
        unknown_person=person.unknown,
    )
    return Imported(args.id, args, company_id=args.company_id)


ACCOUNT: Final = account(DEDUCTIONS, people=("recorded_by",), money=("amount",))
