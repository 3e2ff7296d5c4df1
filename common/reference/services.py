"""Bring the copies to the state that a run of events tells, with two statements for any number of events.

Events carry the state after the change, so a feed applied again from its first event ends in the same state.
Feeds are read in order, hence no comparison of versions: it would refuse the log of a producer that was
restored from a backup and counts from a lower version again.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from common.contracts.auth import (
    RoleAssigned,
    RoleRevoked,
    UserCreated,
    UserDeactivated,
    UserDeleted,
    UserUpdated,
)
from common.contracts.base import Event
from common.contracts.company import (
    CompanyCreated,
    CompanyDeactivated,
    CompanyRemoved,
    CompanyUpdated,
    DepartmentCreated,
    DepartmentDeleted,
    DepartmentUpdated,
)
from common.contracts.employee import (
    EmployeeArchived,
    EmployeeHired,
    EmployeeRemoved,
    EmployeeTerminated,
    EmployeeTransferred,
    EmployeeUpdated,
)
from common.messaging.consumers import Received
from common.messaging.envelopes import EventMeta
from common.reference.models import CompanyRef, DepartmentRef, EmployeeRef, Reference, UserRef
from common.search import company_name_folded, fold

RowT = TypeVar("RowT", bound=Reference)
Change = Callable[[RowT | None, Event, EventMeta], RowT | None]


def companies_apply(received: Sequence[Received]) -> None:
    """Apply company.created, updated, deactivated and removed."""
    _apply(CompanyRef, "company_id", _company_after, received)


def departments_apply(received: Sequence[Received]) -> None:
    """Apply department.created, department.updated and department.deleted."""
    _apply(DepartmentRef, "department_id", _department_after, received)


def users_apply(received: Sequence[Received]) -> None:
    """Apply user.created, updated, deactivated and deleted, role.assigned and role.revoked."""
    _apply(UserRef, "user_id", _user_after, received)


def employees_apply(received: Sequence[Received]) -> None:
    """Apply employee.hired, updated, transferred, terminated, archived and removed."""
    _apply(EmployeeRef, "employee_id", _employee_after, received)


def _apply(model: type[RowT], key: str, after: Change[RowT], received: Sequence[Received]) -> None:
    ids: list[UUID] = [getattr(event, key) for event, _meta in received]
    rows: dict[UUID, RowT | None] = dict.fromkeys(ids)
    rows.update(model._default_manager.in_bulk(list(rows)))
    known = {row_id for row_id, row in rows.items() if row is not None}
    for row_id, (event, meta) in zip(ids, received, strict=True):
        rows[row_id] = after(rows[row_id], event, meta)
    gone = [row_id for row_id in known if rows[row_id] is None]
    if gone:
        model._default_manager.filter(pk__in=gone).delete()
    model._default_manager.bulk_create(
        [row for row in rows.values() if row is not None],
        update_conflicts=True,
        unique_fields=[key],
        update_fields=[field.name for field in model._meta.concrete_fields if not field.primary_key],
    )


def _company_after(row: CompanyRef | None, event: Event, meta: EventMeta) -> CompanyRef | None:
    match event:
        case CompanyCreated() | CompanyUpdated():
            before = row.old_id if row is not None else ""
            row = CompanyRef(
                company_id=event.company_id,
                name=event.name,
                name_ar=event.name_ar,
                name_folded=company_name_folded(event.name),
                name_ar_folded=company_name_folded(event.name_ar),
                is_active=event.is_active,
                old_id=(isinstance(event, CompanyCreated) and event.old_id) or before,
            )
        case CompanyDeactivated() if row is not None:
            row.is_active = False
        case CompanyRemoved():
            return None
    if row is not None:
        row.version = meta.version
    return row


def _department_after(row: DepartmentRef | None, event: Event, _meta: EventMeta) -> DepartmentRef | None:
    match event:
        case DepartmentCreated() | DepartmentUpdated():
            return DepartmentRef(
                department_id=event.department_id,
                company_id=event.company_id,
                parent_department_id=event.parent_department_id,
                name=event.name,
                name_ar=event.name_ar,
                name_folded=fold(event.name),
                name_ar_folded=fold(event.name_ar),
                is_active=event.is_active,
            )
        case DepartmentDeleted():
            return None
    return row


def _user_after(row: UserRef | None, event: Event, _meta: EventMeta) -> UserRef | None:
    match event:
        case UserCreated():
            return _user(event, sorted(set(event.company_ids)))
        case UserUpdated():
            return _user(event, row.company_ids if row is not None else [])
        case UserDeleted():
            return None
    if row is None:
        return None
    match event:
        case UserDeactivated():
            row.is_active = False
        case RoleAssigned(company_id=UUID() as company_id):
            row.company_ids = sorted({*row.company_ids, company_id})
        case RoleRevoked(company_id=UUID() as company_id):
            row.company_ids = [known for known in row.company_ids if known != company_id]
    return row


def _user(event: UserCreated | UserUpdated, company_ids: list[UUID]) -> UserRef:
    return UserRef(
        user_id=event.user_id,
        email=event.email,
        first_name=event.first_name,
        last_name=event.last_name,
        name_folded=fold(f"{event.first_name} {event.last_name}"),
        is_active=event.is_active,
        company_ids=company_ids,
    )


def _employee_after(row: EmployeeRef | None, event: Event, _meta: EventMeta) -> EmployeeRef | None:
    match event:
        case EmployeeHired():
            return _employee(event, event.employee_number)
        case EmployeeUpdated():
            return _employee(event, row.number if row is not None else "")
        case EmployeeRemoved():
            return None
    if row is None:
        return None
    match event:
        case EmployeeTransferred():
            row.department_id = event.to_department_id
        case EmployeeTerminated():
            row.status = "terminated"
        case EmployeeArchived():
            row.status = "archived"
    return row


def _employee(event: EmployeeHired | EmployeeUpdated, number: str) -> EmployeeRef:
    return EmployeeRef(
        employee_id=event.employee_id,
        company_id=event.company_id,
        user_id=event.user_id,
        number=number,
        first_name=event.first_name,
        last_name=event.last_name,
        full_name_ar=event.full_name_ar,
        full_name_en=event.full_name_en,
        name_folded=fold(event.full_name_en or f"{event.first_name} {event.last_name}"),
        name_ar_folded=fold(event.full_name_ar),
        department_id=event.department_id,
        status=event.status,
    )
