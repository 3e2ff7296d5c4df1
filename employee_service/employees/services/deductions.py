"""Deductions from pay."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from common.contracts.base import Event
from common.contracts.employee import DeductionCreated, DeductionUpdated
from common.messaging.services import publish
from employee_service.employees.choices import DeductionStatus, DeductionType
from employee_service.employees.exceptions import DeductionClosedError
from employee_service.employees.models import Deduction
from employee_service.employees.services.aggregate import employee_lock
from employee_service.employees.services.constraints import refusing_violations
from employee_service.employees.services.records import record_lock, record_save, refuse_own

CHANGEABLE = frozenset({"deduction_type", "status", "amount", "effective_date", "description"})


def deduction_create(
    *,
    employee_id: UUID,
    deduction_type: DeductionType,
    amount: Decimal,
    effective_date: date,
    description: str = "",
    recorded_by: UUID,
) -> Deduction:
    """Hold ``amount`` (KWD) back from an employee's pay, also from a former employee's last one.

    Raises EmployeeNotFoundError, OwnRecordError and ValidationError (the amount is not more than nothing).
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        refuse_own(employee, recorded_by)
        with refusing_violations():
            deduction = Deduction.objects.create(
                company_id=employee.company_id,
                employee=employee,
                deduction_type=deduction_type,
                amount=amount,
                effective_date=effective_date,
                description=description,
                recorded_by=recorded_by,
            )
        _publish(deduction, DeductionCreated(**_facts(deduction)))
    return deduction


def deduction_update(*, deduction_id: UUID, changes: Mapping[str, Any], changed_by: UUID) -> Deduction:
    """Change fields of CHANGEABLE; what is the same already is no change, and no change is no event.

    A completed or cancelled deduction stays as it is. Raises NotFoundError, OwnRecordError,
    DeductionClosedError and ValidationError.
    """
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} of a deduction is not changed this way.")
    with transaction.atomic():
        deduction = record_lock(Deduction, deduction_id)
        refuse_own(deduction.employee, changed_by)
        changed = [name for name, value in changes.items() if getattr(deduction, name) != value]
        if not changed:
            return deduction
        if deduction.status != DeductionStatus.ACTIVE:
            raise DeductionClosedError(details={"status": deduction.status})
        for name in changed:
            setattr(deduction, name, changes[name])
        record_save(deduction)
        _publish(deduction, DeductionUpdated(**_facts(deduction)))
    return deduction


def _facts(deduction: Deduction) -> dict[str, Any]:
    """What every event about a deduction says."""
    return {
        "deduction_id": deduction.id,
        "company_id": deduction.company_id,
        "employee_id": deduction.employee_id,
        "user_id": deduction.employee.user_id,
        "deduction_type": deduction.deduction_type,
        "amount": f"{deduction.amount:.3f}",
        "status": deduction.status,
        "effective_date": deduction.effective_date,
    }


def _publish(deduction: Deduction, event: Event) -> None:
    publish(event, aggregate_id=deduction.id, company_id=deduction.company_id, version=deduction.version)
