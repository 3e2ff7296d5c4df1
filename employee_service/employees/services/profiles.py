"""Personal details of employees."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from employee_service.employees.models import EmployeeProfile
from employee_service.employees.services.aggregate import employee_lock, employee_save

PROFILE_FIELDS = frozenset(
    {
        "date_of_birth", "gender", "marital_status", "address", "emergency_contact_name",
        "emergency_contact_phone", "emergency_contact_relationship", "skills", "certifications", "education",
        "work_experience", "notes",
    }
)  # fmt: skip


def profile_update(*, employee_id: UUID, changes: Mapping[str, Any]) -> EmployeeProfile:
    """Change fields of an employee's profile, which is made when it is not there yet.

    What is the same already is no change, and no change is no event; the event names fields, never values.
    Raises EmployeeNotFoundError.
    """
    unknown = changes.keys() - PROFILE_FIELDS
    if unknown:
        raise ValueError(f"A profile has no {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        employee = employee_lock(employee_id)
        profile = EmployeeProfile.objects.filter(employee=employee).first() or EmployeeProfile(
            company_id=employee.company_id,
            employee=employee,
            created_at=timezone.now(),
            updated_at=timezone.now(),
        )
        changed = sorted(name for name, value in changes.items() if getattr(profile, name) != value)
        if changed:
            for name in changed:
                setattr(profile, name, changes[name])
            profile.updated_at = timezone.now()
            profile.save()
            employee_save(employee, changed=[f"profile.{name}" for name in changed])
    return profile
