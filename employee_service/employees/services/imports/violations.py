"""Violations of the old system."""

from typing import Any, Final

from common.contracts.base import Event
from common.contracts.employee import ViolationRecorded, ViolationRemoved
from employee_service.employees.services.imports.records import RecordTable, Told
from employee_service.employees.services.imports.values import ImportedViolation


def _values(row: ImportedViolation) -> tuple[Any, ...]:
    return (
        row.violation_type.value,
        row.severity.value,
        row.occurred_on,
        row.description,
        row.reported_by,
    )


def _event(row: Told) -> Event:
    return ViolationRecorded(
        violation_id=row["id"],
        company_id=row["company_id"],
        employee_id=row["employee_id"],
        user_id=row["user_id"],
        violation_type=row["violation_type"],
        severity=row["severity"],
        occurred_on=row["occurred_on"],
        source="import",
    )


def _removed(row: Told) -> Event:
    return ViolationRemoved(
        violation_id=row["id"],
        company_id=row["company_id"],
        employee_id=row["employee_id"],
        user_id=row["user_id"],
    )


VIOLATIONS: Final = RecordTable[ImportedViolation](
    table="violations",
    columns={
        "violation_type": "text",
        "severity": "text",
        "occurred_on": "date",
        "description": "text",
        "reported_by": "uuid",
    },
    values=_values,
    told=("violation_type", "severity", "occurred_on"),
    event=_event,
    removed=_removed,
)
