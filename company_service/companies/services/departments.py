"""Writes of departments."""

from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from common.contracts.company import DepartmentCreated, DepartmentDeleted, DepartmentUpdated
from common.messaging.services import publish
from common.search import fold
from company_service.companies.exceptions import (
    CompanyNotFoundError,
    DepartmentCycleError,
    DepartmentInUseError,
    DepartmentNameTakenError,
    DepartmentNotFoundError,
    UnknownDepartmentError,
    UnknownManagerError,
)
from company_service.companies.models import Company, Department
from company_service.companies.refusals import refused_by
from company_service.companies.selectors import department_ancestors, department_get, works_in

SISTERS = "sister_departments_have_different_names"


class DepartmentFields(TypedDict, total=False):
    """What may be said about a department; ``budget`` is in KWD, ``manager_id`` the id of an employee."""

    name: str
    name_ar: str
    description: str
    manager_id: UUID | None
    parent_id: UUID | None
    budget: Decimal | None
    is_active: bool


@transaction.atomic
def department_create(*, company_id: UUID, **fields: Unpack[DepartmentFields]) -> Department:
    """Create a department; ``name`` is needed.

    Raises CompanyNotFoundError, UnknownDepartmentError (its parent), UnknownManagerError and
    DepartmentNameTakenError.
    """
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    _hold_parent(company_id, fields.get("parent_id"))
    _refuse_stranger(company_id, fields.get("manager_id"))
    department = Department(company_id=company_id, **fields)
    _fold_names(department)
    with refused_by(SISTERS, DepartmentNameTakenError):
        department.save()
    publish(
        DepartmentCreated(
            department_id=department.id,
            company_id=company_id,
            name=department.name,
            name_ar=department.name_ar,
            parent_department_id=department.parent_id,
            is_active=department.is_active,
        ),
        aggregate_id=department.id,
        company_id=company_id,
        version=department.version,
    )
    return department


@transaction.atomic
def department_update(*, department_id: UUID, **changes: Unpack[DepartmentFields]) -> Department:
    """Change or move a department; what stays the same publishes nothing.

    Raises DepartmentNotFoundError, UnknownDepartmentError, DepartmentCycleError, UnknownManagerError and
    DepartmentNameTakenError.
    """
    if "parent_id" in changes:
        _one_move_at_a_time(department_id)
    department = _locked(department_id, no_key=True)
    changed = {name for name, value in changes.items() if getattr(department, name) != value}
    if not changed:
        return department
    if "parent_id" in changed:
        _refuse_cycle(department, changes["parent_id"])
    if "manager_id" in changed:
        _refuse_stranger(department.company_id, changes["manager_id"])
    for name in changed:
        setattr(department, name, changes[name])  # type: ignore[literal-required]
    _fold_names(department)
    department.updated_at = timezone.now()
    department.version += 1
    with refused_by(SISTERS, DepartmentNameTakenError):
        department.save()
    publish(
        DepartmentUpdated(
            department_id=department.id,
            company_id=department.company_id,
            name=department.name,
            name_ar=department.name_ar,
            parent_department_id=department.parent_id,
            is_active=department.is_active,
        ),
        aggregate_id=department.id,
        company_id=department.company_id,
        version=department.version,
    )
    return department


@transaction.atomic
def department_delete(*, department_id: UUID) -> None:
    """Delete an empty department. Raises DepartmentNotFoundError and DepartmentInUseError."""
    department = _locked(department_id)
    employees = department_get(department_id).employee_count
    inside = Department.objects.filter(parent=department).count()
    if employees or inside:
        raise DepartmentInUseError(details={"employees": employees, "departments": inside})
    department.delete()
    publish(
        DepartmentDeleted(department_id=department_id, company_id=department.company_id),
        aggregate_id=department_id,
        company_id=department.company_id,
        version=department.version + 1,
    )


def _locked(department_id: UUID, *, no_key: bool = False) -> Department:
    department = Department.objects.select_for_update(no_key=no_key).filter(pk=department_id).first()
    if department is None:
        raise DepartmentNotFoundError
    return department


def _hold_parent(company_id: UUID, parent_id: UUID | None) -> None:
    """Keep the parent from being deleted before the child is in it; a parent elsewhere is unknown."""
    if parent_id is None:
        return
    parents = Department.objects.select_for_update(no_key=True).filter(company_id=company_id, pk=parent_id)
    if parents.first() is None:
        raise UnknownDepartmentError(details={"parent_department_id": [str(parent_id)]})


def _refuse_stranger(company_id: UUID, manager_id: UUID | None) -> None:
    if manager_id is not None and not works_in(company_id, manager_id):
        raise UnknownManagerError(details={"manager_id": [str(manager_id)]})


def _one_move_at_a_time(department_id: UUID) -> None:
    """Two moves at once could each be fine and together make a ring.

    An advisory lock and not the company's row, which hires with a seat limit wait for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('departments:' || company_id, 0))"
            " FROM departments WHERE id = %s",
            [department_id],
        )


def _refuse_cycle(department: Department, parent_id: UUID | None) -> None:
    _hold_parent(department.company_id, parent_id)
    if parent_id is not None and department.id in department_ancestors(parent_id):
        raise DepartmentCycleError


def _fold_names(department: Department) -> None:
    department.name_folded = fold(department.name)
    department.name_ar_folded = fold(department.name_ar)
