"""What old leaves, deductions and violations have in common: an employee, and accounts that may be unknown."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.content import Json
from common.legacy.facts import CarriedEmployee, Facts
from common.legacy.mapper import Imported, Quarantined, ToDo
from common.legacy.moments import written_at
from common.legacy.plan import Account, Column, Written
from common.legacy.reader import Row
from employee_service.employees.legacy.refusals import refusals
from employee_service.employees.services.imports.records import (
    MadeRecord,
    RecordsImported,
    RecordTable,
    records_import,
    records_import_changes,
    records_import_remove,
    records_named,
)
from employee_service.employees.services.imports.stages import json_text
from employee_service.employees.services.imports.values import ImportedRecord

WENT_WITH_ACCOUNT: Final = "it went only because the account that had recorded it was deleted there"
RecordT = TypeVar("RecordT", bound=ImportedRecord)
Found = Callable[[MadeRecord, RecordT], list[tuple[ToDoKind, str]]]


class OldRecord(Protocol):
    """An old row about an employee."""

    @property
    def employee_old_id(self) -> str:
        """The employee's old id, or whatever stands there."""


OldT = TypeVar("OldT", bound=OldRecord)


def accepted(
    facts: Facts, table: str, read: Callable[[Row], OldT], row: Row, place: int
) -> tuple[OldT, CarriedEmployee] | Quarantined:
    """The row, read, with its employee; or why it cannot be carried."""
    named = row.get("employee_id")
    employee = facts.carried_employee(named.strip()) if isinstance(named, str) else None
    found = facts.accepted(table, read, row, place, company_id=employee.company_id if employee else None)
    if isinstance(found, Quarantined):
        return found
    employee = employee or facts.carried_employee(found.employee_old_id)
    if employee is None:
        return Quarantined(QuarantineReason.UNKNOWN_EMPLOYEE, detail=found.employee_old_id)
    return found, employee


class Person:
    """An account that a row names: its id here, or what stands there instead."""

    def __init__(self, facts: Facts, written: str) -> None:
        account = facts.carried_user(written) if written else None
        self.id: UUID | None = account.id if account else None
        self.unknown = "" if account else written


def written(
    kind: RecordTable[RecordT], subject: SubjectKind, found: Found[RecordT]
) -> Callable[[Sequence[Imported[RecordT]]], Written]:
    """A ``write`` for records of ``kind``; ``found`` says what of a record is work for HR."""

    def write(items: Sequence[Imported[RecordT]]) -> Written:
        return _told(items, records_import(kind, [item.args for item in items]), subject, found)

    return write


def changed(
    kind: RecordTable[RecordT], subject: SubjectKind, found: Found[RecordT]
) -> Callable[[Sequence[Imported[RecordT]]], Written]:
    """A ``change`` for records of ``kind``."""

    def change(items: Sequence[Imported[RecordT]]) -> Written:
        return _told(items, records_import_changes(kind, [item.args for item in items]), subject, found)

    return change


def removed(
    kind: RecordTable[RecordT], facts: Facts | None = None, *, by: tuple[str, str] = ("", "")
) -> Callable[[Collection[UUID]], Mapping[UUID, str]]:
    """A ``remove`` for records of ``kind``: nothing hangs on them.

    The old application deleted what an account had recorded together with the account. With ``facts`` such a
    record stays: ``by`` is the column with the account, and the old value that names it.
    """

    def remove(ids: Collection[UUID]) -> Mapping[UUID, str]:
        named = records_named(kind, ids, *by) if facts is not None else {}
        stay = {key for key, old_id in named.items() if facts is not None and facts.has_lost_user(old_id)}
        records_import_remove(kind, [key for key in ids if key not in stay])
        return dict.fromkeys(stay, WENT_WITH_ACCOUNT)

    return remove


def unknown_person(record: MadeRecord, args: ImportedRecord) -> list[tuple[ToDoKind, str]]:
    """The work for HR that an account makes which nobody knows."""
    return [(ToDoKind.UNKNOWN_PERSON, args.unknown_person)] if args.unknown_person else []


def account(
    kind: RecordTable[RecordT], *, people: Sequence[str], money: Sequence[str] = ()
) -> Account[RecordT]:
    """Where records of ``kind`` stand; ``people`` are the columns with accounts."""
    columns = {"old_id": "text", "company_id": "uuid", "employee_id": "uuid", **kind.columns}
    compared: list[Column[RecordT]] = [
        Column(column, type_, f"t.{column}", _of(column)) for column, type_ in columns.items()
    ]
    compared.append(Column("old_values", "jsonb", "t.old_values", lambda args: json_text(args.old_values)))
    return Account(
        source=f"{kind.table} t",
        key="t.id",
        company="t.company_id",
        columns=compared,
        money=money,
        references={"company_id": "company", "employee_id": "employee"} | dict.fromkeys(people, "user"),
        moments=[written_at()],
    )


def old_values(leftovers: Mapping[str, Json], **said: Json) -> dict[str, Any]:
    """What a row said that has no column here: ``leftovers``, and those of ``said`` that say something."""
    return dict(leftovers) | {name: value for name, value in said.items() if value}


def _of(column: str) -> Callable[[ImportedRecord], Any]:
    return lambda args: getattr(args, column)


def _told(
    items: Sequence[Imported[RecordT]],
    result: RecordsImported,
    subject: SubjectKind,
    found: Found[RecordT],
) -> Written:
    wanted = {item.id: item.args for item in items}
    todo = [
        ToDo(kind, subject, record.id, record.employee_name, record.row["company_id"], detail)
        for record in result.made
        for kind, detail in found(record, wanted[record.id])
    ]
    return Written(refusals(items, result.refused), todo)
