"""The access log: who read which person's record, by what way."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.apps import apps
from django.http import HttpRequest

from common.observability.context import current_request_id
from common.privacy.choices import AccessAction, Door, SubjectKind
from common.privacy.models import Access
from common.privacy.plan import Held, service_plan
from common.security.principal import Principal

_LONGEST_PLACE = 300


def names_somebody(kwargs: Mapping[str, Any]) -> bool:
    """Whether a part of an address may be somebody's record."""
    return not service_plan().held.keys().isdisjoint(kwargs)


def read_note(
    request: HttpRequest, person: Principal, kwargs: Mapping[str, Any], *, action: AccessAction
) -> None:
    """Note in the open scope that ``person`` read what the address's parts name, where it is about somebody else."""
    for name, held in service_plan().held.items():
        if isinstance(row_id := kwargs.get(name), UUID):
            _note_row(request, person, held, row_id, action=action)
            return


def page_note(request: HttpRequest, person: Principal, row: Any) -> None:
    """Note that ``person`` opened the admin's page of a row, where that is about somebody else."""
    for held in service_plan().held.values():
        if held.model == row._meta.label:
            _note_row(request, person, held, row.pk, door=Door.ADMIN)
            return


def access_note(
    request: HttpRequest,
    person: Principal,
    *,
    action: AccessAction,
    company_id: UUID | None,
    subject_id: UUID | None = None,
    subject_kind: SubjectKind = SubjectKind.EMPLOYEE,
    door: Door = Door.API,
) -> None:
    """Note in the open scope what was done with a person's record, or (without one) with those of many."""
    Access.objects.bulk_create(
        [
            Access(
                company_id=company_id,
                subject_kind=subject_kind,
                subject_id=subject_id,
                actor_id=person.id,
                actor_name=str(person)[:301],
                action=action,
                door=door,
                place=request.path[:_LONGEST_PLACE],
                client_address=request.META.get("REMOTE_ADDR") or None,
                request_id=current_request_id() or "",
            )
        ]
    )


def _note_row(
    request: HttpRequest,
    person: Principal,
    held: Held,
    row_id: UUID,
    *,
    action: AccessAction = AccessAction.VIEWED,
    door: Door = Door.API,
) -> None:
    rows = apps.get_model(held.model)._base_manager.filter(pk=row_id)
    found = rows.values_list(held.person, held.company or held.person, held.account or held.person).first()
    if found is None or found[0] is None or found[2] == person.id:
        return
    access_note(
        request,
        person,
        action=action,
        company_id=found[1] if held.company else person.company_id,
        subject_id=found[0],
        subject_kind=held.kind,
        door=door,
    )
