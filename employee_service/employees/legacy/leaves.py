"""Leaves out of the old application's file.

Rules: the number of days is the old one where the dates allow it, else the working days among them. A leave
on days of another one of the same person comes over and is listed. One that waits has no decision, whoever is
named with it; a decision without a time was made when the row last changed.
"""

from datetime import UTC, datetime, time
from typing import Any, Final

from common.legacy import old_leaves
from common.legacy.choices import SubjectKind, ToDoKind
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined
from common.legacy.old_leaves import OldLeave
from common.legacy.plan import TableImport
from common.legacy.reader import Row
from employee_service.employees.choices import LeaveStatus, LeaveType
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
from employee_service.employees.services.imports.leaves import LEAVES
from employee_service.employees.services.imports.records import MadeRecord
from employee_service.employees.services.imports.values import ImportedLeave
from employee_service.employees.workdays import working_days


def leaves(facts: Facts) -> TableImport[ImportedLeave]:
    """How old leaves come in."""
    return TableImport(
        name="leaves",
        table=old_leaves.TABLE,
        map=lambda row, place: map_leave(row, place, facts),
        write=written(LEAVES, SubjectKind.LEAVE, _work),
        change=changed(LEAVES, SubjectKind.LEAVE, _work),
        remove=removed(LEAVES),
        account=ACCOUNT,
        rules=(
            "leaves: a number of days that the dates do not allow is counted anew and listed for HR;"
            " leaves of one person on the same days are kept and listed.",
            "leaves: who approved is left empty when no account of the file is meant, and the old value kept.",
        ),
    )


def map_leave(row: Row, place: int, facts: Facts) -> Outcome[ImportedLeave]:
    """An old leave as it is here, or why it cannot be carried."""
    found = accepted(facts, old_leaves.TABLE, old_leaves.read_leave, row, place)
    if isinstance(found, Quarantined):
        return found
    leave, employee = found
    is_decided = leave.status != LeaveStatus.PENDING
    is_rejected = leave.status == LeaveStatus.REJECTED
    person = Person(facts, leave.approved_by)
    args = ImportedLeave(
        id=leave.id,
        old_id=leave.old_id,
        company_id=employee.company_id,
        employee_id=employee.id,
        created_at=leave.created_at,
        leave_type=LeaveType(leave.leave_type),
        status=LeaveStatus(leave.status),
        start_date=leave.start_date,
        end_date=leave.end_date,
        days=leave.days or _days(leave),
        reason=leave.reason,
        decided_by=person.id if is_decided else None,
        decided_at=_decided_at(leave) if is_decided else None,
        decision_reason=leave.rejection_reason if is_rejected else "",
        old_values=_old_values(leave, person, is_decided=is_decided, is_rejected=is_rejected),
        unknown_person=person.unknown if is_decided else "",
        other_days=None if leave.days else str(leave.written_days.get("days")),
    )
    return Imported(args.id, args, company_id=args.company_id)


def _days(leave: OldLeave) -> int:
    """The working days; all days of a leave that has no working day."""
    return working_days(leave.start_date, leave.end_date) or (leave.end_date - leave.start_date).days + 1


def _decided_at(leave: OldLeave) -> datetime:
    known = leave.approved_at or leave.updated_at or leave.created_at
    return known or datetime.combine(leave.start_date, time(), UTC)


def _old_values(leave: OldLeave, person: Person, *, is_decided: bool, is_rejected: bool) -> dict[str, Any]:
    undecided_at = leave.approved_at if not is_decided else None
    return old_values(
        {**leave.leftovers, **leave.written_days},
        approved_by=person.unknown if is_decided else leave.approved_by,
        approved_at=undecided_at.isoformat() if undecided_at else "",
        rejection_reason="" if is_rejected else leave.rejection_reason,
    )


def _work(record: MadeRecord, args: ImportedLeave) -> list[tuple[ToDoKind, str]]:
    found = unknown_person(record, args)
    if args.other_days is not None:
        found.append((ToDoKind.OTHER_DAYS, f"{args.start_date} – {args.end_date}: {args.other_days}"))
    if record.row["shares_days"]:
        found.append((ToDoKind.OVERLAPPING_LEAVE, f"{args.start_date} – {args.end_date}"))
    return found


ACCOUNT: Final = account(LEAVES, people=("decided_by",))
