"""Violations of the company's rules."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from common.contracts.employee import ViolationRecorded
from common.messaging.services import publish
from employee_service.employees.choices import Severity, ViolationType
from employee_service.employees.models import Violation
from employee_service.employees.services.aggregate import employee_lock
from employee_service.employees.services.records import record_lock, record_save, refuse_own

CHANGEABLE = frozenset({"violation_type", "severity", "occurred_on", "description"})


def violation_record(
    *,
    employee_id: UUID,
    violation_type: ViolationType,
    occurred_on: date,
    description: str,
    severity: Severity = Severity.MEDIUM,
    reported_by: UUID,
) -> Violation:
    """Write down what an employee did, reported by an account.

    Raises EmployeeNotFoundError and OwnRecordError.
    """
    with transaction.atomic():
        employee = employee_lock(employee_id)
        refuse_own(employee, reported_by)
        violation = Violation.objects.create(
            company_id=employee.company_id,
            employee=employee,
            violation_type=violation_type,
            severity=severity,
            occurred_on=occurred_on,
            description=description,
            reported_by=reported_by,
        )
        publish(
            ViolationRecorded(
                violation_id=violation.id,
                company_id=violation.company_id,
                employee_id=employee.id,
                user_id=employee.user_id,
                violation_type=violation.violation_type,
                severity=violation.severity,
                occurred_on=violation.occurred_on,
            ),
            aggregate_id=violation.id,
            company_id=violation.company_id,
            version=violation.version,
        )
    return violation


def violation_update(*, violation_id: UUID, changes: Mapping[str, Any], changed_by: UUID) -> Violation:
    """Correct fields of CHANGEABLE. Raises NotFoundError and OwnRecordError."""
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} of a violation is not changed this way.")
    with transaction.atomic():
        violation = record_lock(Violation, violation_id)
        refuse_own(violation.employee, changed_by)
        changed = [name for name, value in changes.items() if getattr(violation, name) != value]
        for name in changed:
            setattr(violation, name, changes[name])
        if changed:
            record_save(violation)
    return violation
