"""What an import gives: rows of the old system as they are to be here."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from employee_service.employees.choices import (
    DeductionStatus,
    DeductionType,
    EmploymentStatus,
    EmploymentType,
    LeaveStatus,
    LeaveType,
    Severity,
    ViolationType,
)


# Structs and not dataclasses: there are a million of them, and they are made ten times faster.
class ImportedProfile(msgspec.Struct, frozen=True, kw_only=True):
    """Personal details; ``old_values`` keeps what has no field of its own here (JSON values only)."""

    date_of_birth: date | None = None
    gender: str = ""
    marital_status: str = ""
    address: dict[str, str] = {}
    emergency_contact_name: str = ""
    emergency_contact_phone: str = ""
    skills: tuple[str, ...] = ()
    notes: str = ""
    old_values: dict[str, Any] = {}


class ImportedEmployee(msgspec.Struct, frozen=True, kw_only=True):
    """One employee of the old system; ``id`` is derived from ``old_id``, so that an import can be repeated.

    Only here may the hire date and the e-mail address be missing. Somebody with the status ``terminated`` has
    left, on a day that is not known; ``archived`` goes with that status only. The next free number is given.
    """

    id: UUID
    old_id: str
    company_id: UUID
    user_id: UUID
    first_name: str
    last_name: str = ""
    full_name_ar: str = ""
    full_name_en: str = ""
    email: str = ""
    phone: str = ""
    position: str = ""
    department_id: UUID | None = None
    hire_date: date | None = None
    salary: Decimal | None = None
    employment_status: EmploymentStatus = EmploymentStatus.ACTIVE
    employment_type: EmploymentType = EmploymentType.FULL_TIME
    archived: bool = False
    termination_reason: str = ""
    employee_type: str = ""
    nationality: str = ""
    civil_id: str = ""
    passport_number: str = ""
    residence_number: str = ""
    residence_expiry: date | None = None
    created_at: datetime | None = None
    profile: ImportedProfile | None = None


class ImportedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What leaves, deductions and violations of the old system have in common.

    ``unknown_person`` is what stood there for an account, where that names none.
    """

    id: UUID
    old_id: str
    company_id: UUID
    employee_id: UUID
    created_at: datetime | None = None
    old_values: dict[str, Any] = {}
    unknown_person: str = ""


class ImportedLeave(ImportedRecord, frozen=True, kw_only=True):
    """A leave; ``decided_at`` goes with every status but pending. ``other_days`` is a number that could not be."""

    leave_type: LeaveType
    status: LeaveStatus
    start_date: date
    end_date: date
    days: int
    reason: str = ""
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    other_days: str | None = None


class ImportedDeduction(ImportedRecord, frozen=True, kw_only=True):
    """A deduction; ``amount`` in KWD is more than nothing."""

    deduction_type: DeductionType
    status: DeductionStatus
    amount: Decimal
    effective_date: date
    description: str = ""
    recorded_by: UUID | None = None


class ImportedViolation(ImportedRecord, frozen=True, kw_only=True):
    """A violation of the company's rules."""

    violation_type: ViolationType
    severity: Severity
    occurred_on: date
    description: str = ""
    reported_by: UUID | None = None
