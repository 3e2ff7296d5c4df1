"""Employees that the old system knew, brought in as they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import ConflictError, DomainError
from common.messaging.services import Publication, publish_many
from employee_service.employees.choices import EmploymentStatus, EmploymentType, Lifecycle
from employee_service.employees.exceptions import EmployeeExistsError, EmployeeNumberTakenError
from employee_service.employees.models import Employee, EmployeeProfile
from employee_service.employees.selectors.uniqueness import Claim, Taken, taken_among
from employee_service.employees.services.hiring import employee_hired
from employee_service.employees.services.history import history_add_hires
from employee_service.employees.services.numbers import numbers_allocate
from employee_service.employees.services.search_terms import search_terms_add


@dataclass(frozen=True, kw_only=True)
class ImportedProfile:
    """Personal details; ``old_values`` keeps what has no field of its own here (JSON values only)."""

    date_of_birth: date | None = None
    gender: str = ""
    marital_status: str = ""
    address: dict[str, str] = field(default_factory=dict)
    emergency_contact_name: str = ""
    emergency_contact_phone: str = ""
    skills: list[str] = field(default_factory=list)
    certifications: list[str] = field(default_factory=list)
    notes: str = ""
    old_values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ImportedEmployee:
    """One employee of the old system; ``id`` is derived from ``old_id``, so that an import can be repeated.

    Only here may the hire date and the e-mail address be missing. Somebody with the status ``terminated`` has
    left, whose last day may be unknown; ``archived`` goes with that status only. Without a ``number``
    the next free one is given.
    """

    id: UUID
    old_id: str
    company_id: UUID
    user_id: UUID
    first_name: str
    last_name: str = ""
    full_name_ar: str = ""
    full_name_en: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    position: str = ""
    department_id: UUID | None = None
    hire_date: date | None = None
    salary: Decimal | None = None
    employment_status: EmploymentStatus = EmploymentStatus.ACTIVE
    employment_type: EmploymentType = EmploymentType.FULL_TIME
    archived: bool = False
    termination_date: date | None = None
    termination_reason: str = ""
    employee_type: str = ""
    nationality: str = ""
    civil_id: str = ""
    civil_id_expiry: date | None = None
    passport_number: str = ""
    passport_expiry: date | None = None
    residence_number: str = ""
    residence_expiry: date | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    profile: ImportedProfile | None = None


class Imported(StrEnum):
    """What became of a row that was not refused."""

    CREATED = "created"
    PRESENT = "present"
    """Imported before; left as it is now."""


def employees_import(rows: Sequence[ImportedEmployee]) -> list[Imported | DomainError]:
    """Bring in employees of any companies with a few statements, in the caller's scope.

    Returns an outcome for each row, in order. Each new one is told of by employee.hired with source
    ``import``, upon which the company counts those who still work there. Refused is a row whose number,
    e-mail address or account is taken in its company, and one whose id came earlier in ``rows``.
    """
    with transaction.atomic():
        present = set(
            Employee.with_pending.filter(id__in=[row.id for row in rows]).values_list("id", flat=True)
        )
        new = [row for row in rows if row.id not in present]
        claims = dict(zip(map(id, new), _claims(new), strict=True))
        taken = taken_among(claims.values())
        employees: dict[UUID, Employee] = {}
        profiles: list[EmployeeProfile] = []
        outcomes: list[Imported | DomainError] = []
        for row in rows:
            if row.id in present:
                outcomes.append(Imported.PRESENT)
                continue
            claim = claims[id(row)]
            refusal = _refusal(row, claim, taken, employees)
            outcomes.append(refusal or Imported.CREATED)
            if refusal is None:
                taken.take(claim)
                employees[row.id] = _employee(row, claim)
                if row.profile is not None:
                    profiles.append(_profile(row, row.profile))
        _store(list(employees.values()), profiles)
    return outcomes


def _claims(rows: Sequence[ImportedEmployee]) -> list[Claim]:
    """Somebody who left takes a number only: address and account are free for a later employment."""
    free = iter(numbers_allocate([row.company_id for row in rows if not row.number]))
    return [
        Claim(row.company_id, row.number or next(free))
        if row.employment_status == EmploymentStatus.TERMINATED
        else Claim(row.company_id, row.number or next(free), row.email.lower(), row.user_id)
        for row in rows
    ]


def _refusal(
    row: ImportedEmployee, claim: Claim, taken: Taken, employees: Mapping[UUID, Employee]
) -> DomainError | None:
    if row.id in employees:
        return ConflictError(_("This row has the id of an earlier one."), details={"id": str(row.id)})
    if taken.has_person(claim):
        return EmployeeExistsError(details={"email": row.email, "user_id": str(row.user_id)})
    if taken.has_number(claim):
        return EmployeeNumberTakenError(details={"employee_id": claim.number})
    return None


def _employee(row: ImportedEmployee, claim: Claim) -> Employee:
    fields = {f.name: getattr(row, f.name) for f in dataclass_fields(row) if f.name != "profile"}
    ended = row.employment_status == EmploymentStatus.TERMINATED
    now = timezone.now()
    return Employee(
        **fields
        | {
            "number": claim.number,
            "email": row.email.lower(),
            "lifecycle": Lifecycle.ENDED if ended else Lifecycle.CURRENT,
            "created_at": row.created_at or now,
            "updated_at": row.updated_at or now,
        }
    )


def _profile(row: ImportedEmployee, profile: ImportedProfile) -> EmployeeProfile:
    fields = {f.name: getattr(profile, f.name) for f in dataclass_fields(profile)}
    return EmployeeProfile(company_id=row.company_id, employee_id=row.id, **fields)


def _store(employees: Sequence[Employee], profiles: Sequence[EmployeeProfile]) -> None:
    Employee.with_pending.bulk_create(employees)
    EmployeeProfile.objects.bulk_create(profiles)
    search_terms_add(employees)
    history_add_hires(employees)
    publish_many(
        Publication(
            employee_hired(employee, source="import"), employee.id, employee.company_id, employee.version
        )
        for employee in employees
    )
