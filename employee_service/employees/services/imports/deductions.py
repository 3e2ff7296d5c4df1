"""Deductions of the old system."""

from typing import Any, Final

from common.contracts.base import Event
from common.contracts.employee import DeductionCreated, DeductionRemoved, DeductionUpdated
from employee_service.employees.services.imports.records import RecordTable, Told
from employee_service.employees.services.imports.values import ImportedDeduction


def _values(row: ImportedDeduction) -> tuple[Any, ...]:
    return (
        row.deduction_type.value,
        row.status.value,
        row.amount,
        row.effective_date,
        row.description,
        row.recorded_by,
    )


def _facts(row: Told) -> dict[str, Any]:
    return {
        "deduction_id": row["id"],
        "company_id": row["company_id"],
        "employee_id": row["employee_id"],
        "user_id": row["user_id"],
        "deduction_type": row["deduction_type"],
        "amount": f"{row['amount']:.3f}",
        "status": row["status"],
        "effective_date": row["effective_date"],
        "source": "import",
    }


def _event(row: Told) -> Event:
    return DeductionCreated(**_facts(row)) if row["version"] == 1 else DeductionUpdated(**_facts(row))


def _removed(row: Told) -> Event:
    return DeductionRemoved(
        deduction_id=row["id"],
        company_id=row["company_id"],
        employee_id=row["employee_id"],
        user_id=row["user_id"],
    )


DEDUCTIONS: Final = RecordTable[ImportedDeduction](
    table="deductions",
    columns={
        "deduction_type": "text",
        "status": "text",
        "amount": "numeric",
        "effective_date": "date",
        "description": "text",
        "recorded_by": "uuid",
    },
    values=_values,
    told=("deduction_type", "status", "amount", "effective_date"),
    event=_event,
    removed=_removed,
)
