"""Starting sagas, waiting for them, and an operator's hand in them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from common.contracts.base import to_wire
from common.errors import ConflictError, NotFoundError
from common.messaging.doorbell import SAGAS, ring_on_commit
from common.observability.context import current_request_id
from common.sagas import engine, machine, store
from common.sagas.definition import DataT, SagaDefinition
from common.sagas.models import LIVE, SagaInstance, SagaState, SagaStep
from common.sagas.outcomes import Direction
from common.sagas.readability import unreadable_because
from common.sagas.registry import registered
from common.sagas.waiting import waiter
from common.security.tenancy import all_companies

CANCELLED = gettext_noop("Cancelled by an operator.")


class Start(NamedTuple):
    """A saga to be started."""

    saga_id: UUID
    company_id: UUID
    data: msgspec.Struct


class SagaNotParkedError(ConflictError):
    """The operator's action does not fit the state that the saga is in by now."""

    code = "SAGA_NOT_WAITING"
    default_message = _("The saga is not in a state that allows this.")


class SagaUnreadableError(ConflictError):
    """The saga's version, step or data is not one that this code knows."""

    code = "SAGA_UNREADABLE"
    default_message = _("This version of the program cannot read this saga.")


def saga_start(
    definition: SagaDefinition[DataT], data: DataT, *, saga_id: UUID, company_id: UUID, actor_id: UUID | None
) -> SagaInstance:
    """Write a saga down, in the caller's transaction and scope; the relay starts it after the commit."""
    return saga_start_many(definition, [Start(saga_id, company_id, data)], actor_id=actor_id)[0]


def saga_start_many(
    definition: SagaDefinition[DataT], starts: Iterable[Start], *, actor_id: UUID | None
) -> list[SagaInstance]:
    """Like :func:`saga_start` for many at once."""
    now = store.database_now()
    instances = SagaInstance.objects.bulk_create(
        [
            SagaInstance(
                id=start.saga_id,
                name=definition.name,
                version=definition.version,
                company_id=start.company_id,
                data=to_wire(start.data),
                step=definition.steps[0].name,
                # Not by the database's defaults: without them, Django sends many rows as a few arrays.
                created_at=now,
                wake_at=now,
                deadline_at=now + timedelta(seconds=definition.deadline_seconds),
                actor_id=actor_id,
                request_id=current_request_id() or "",
            )
            for start in starts
        ]
    )
    ring_on_commit(SAGAS)
    return instances


def saga_wait(saga_id: UUID, timeout_seconds: float) -> SagaState | None:
    """Wait outside any transaction until the saga has ended or was parked; its state, or None if it still runs.

    Gives this thread's database connection back first: a waiting request holds none.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Waiting for a saga inside a transaction would keep its rows from the others.")
    connection.close()
    return waiter.wait(saga_id, timeout_seconds)


@contextmanager
def _by_hand(saga_id: UUID, *states: SagaState) -> Iterator[SagaInstance]:
    """Lock the saga for an operator; on leaving, commands under way are stale and it is due at once."""
    # A savepoint where a transaction is open, as on the admin's pages: a refusal takes back its own work only.
    with transaction.atomic(), all_companies("operator"):
        instance = store.lock([saga_id]).get(saga_id)
        if instance is None:
            raise NotFoundError
        if instance.state not in states:
            raise SagaNotParkedError(details={"state": instance.state})
        if reason := unreadable_because(instance):
            raise SagaUnreadableError(details={"reason": reason})
        yield instance
        instance.fence += 1
        store.save([instance])
        ring_on_commit(SAGAS)


def saga_retry(saga_id: UUID, *, operator: str, reason: str) -> None:
    """Try the step again that made the saga wait, with fresh attempts and a fresh deadline."""
    with _by_hand(saga_id, SagaState.PARKED) as instance:
        machine.unpark(instance, store.database_now())
        _note(instance, operator, reason, SagaStep.Status.RESUMED)


def saga_skip(saga_id: UUID, *, operator: str, reason: str) -> None:
    """Go on as if the current step, or its undoing, were done, without doing it."""
    _settle(saga_id, SagaStep.Status.SKIPPED, operator, reason)


def saga_mark_done(saga_id: UUID, *, operator: str, reason: str) -> None:
    """Go on because the operator has done the current step, or its undoing, by hand."""
    _settle(saga_id, SagaStep.Status.MARKED, operator, reason)


def saga_compensate(saga_id: UUID, *, operator: str, reason: str) -> None:
    """Undo everything, beginning with the current step."""
    with _by_hand(saga_id, SagaState.PARKED, SagaState.RUNNING) as instance:
        now = store.database_now()
        if instance.state == SagaState.PARKED:
            machine.unpark(instance, now)
        _note(instance, operator, reason, SagaStep.Status.CANCELLED)
        machine.turn_back(instance, now, code="CANCELLED", message=reason or CANCELLED, status=409)


def _settle(saga_id: UUID, status: SagaStep.Status, operator: str, reason: str) -> None:
    with _by_hand(saga_id, SagaState.PARKED, *(SagaState(state) for state in LIVE)) as instance:
        now = store.database_now()
        if instance.state == SagaState.PARKED:
            machine.unpark(instance, now)
        _note(instance, operator, reason, status)
        if machine.direction_of(instance) is Direction.DO and _is_last(instance):
            # The end of a saga has effects of its own; only the engine brings them about.
            raise SagaNotParkedError(_("The last step cannot be skipped: retry it, or compensate."))
        machine.step_done(instance, now, {})
        if engine.run_hooks([instance]):
            raise SagaNotParkedError(_("What happens at the end of the saga failed: try again."))


def _is_last(instance: SagaInstance) -> bool:
    return registered(instance.name, instance.version).definition.after(instance.step) is None


def _note(instance: SagaInstance, operator: str, reason: str, status: SagaStep.Status) -> None:
    SagaStep.objects.create(
        saga=instance,
        company_id=instance.company_id,
        name=instance.step,
        direction=machine.direction_of(instance),
        attempt=instance.attempts,
        fence=instance.fence,
        status=status,
        note=f"{operator}: {reason}",
        finished_at=store.database_now(),
    )
