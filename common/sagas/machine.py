"""How a saga moves: pure transitions on an instance, without any input or output.

running → running (next step) | completed | compensating | parked
compensating → compensating (previous step) | compensated | parked
parked → running | compensating (by an operator)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_noop

from common.contracts.base import to_wire
from common.sagas.models import FINAL, SagaInstance, SagaState
from common.sagas.outcomes import CommandMessage, Direction
from common.sagas.registry import read_data, registered

PATIENCE_GROWTH = 1.5
"""The wait for an answer grows by half with every attempt: a saga outlives many lost messages before its deadline."""
LONGEST_PAUSE = 30.0
FIRST_RETRY = 0.25
"""Seconds until a command that failed is sent again; doubles with every attempt."""
UNDO_ATTEMPTS = 8
"""A compensation that failed this often waits for an operator."""
TOO_LATE = gettext_noop("It took too long and was undone.")
NOT_UNDONE = gettext_noop("Undoing this step failed too often.")
"""Kept in English; whoever shows a saga translates."""


@dataclass(frozen=True)
class Dispatch:
    """A command to be sent: which Celery task, of which service, with what."""

    task: str
    participant: str
    direction: Direction
    attempt: int
    message: CommandMessage


def direction_of(instance: SagaInstance) -> Direction:
    """Which way the saga moves."""
    return Direction.UNDO if instance.state == SagaState.COMPENSATING else Direction.DO


def command_for(instance: SagaInstance) -> Dispatch:
    """The command that the instance's current step needs; KeyError or ValidationError for unreadable sagas."""
    definition = registered(instance.name, instance.version).definition
    step = definition.step(instance.step)
    direction = direction_of(instance)
    command = step.command(read_data(instance), instance.results)
    return Dispatch(
        task=step.action if direction is Direction.DO else step.compensation,
        participant=step.participant,
        direction=direction,
        attempt=instance.attempts,
        message=CommandMessage(
            saga_id=instance.id,
            step=step.name,
            company_id=instance.company_id,
            fence=instance.fence,
            command=to_wire(command),
        ),
    )


def take(instance: SagaInstance, now: datetime) -> None:
    """A worker sends the current step's command; the fence rises and earlier senders are stale."""
    if instance.state == SagaState.RUNNING and now >= instance.deadline_at:
        turn_back(instance, now, code="SAGA_DEADLINE", message=TOO_LATE, status=503)
    if direction_of(instance) is Direction.UNDO and instance.attempts >= UNDO_ATTEMPTS:
        park(instance, "COMPENSATION_FAILED", NOT_UNDONE)
        return
    send(instance, now)


def send(instance: SagaInstance, now: datetime) -> None:
    """Account for one more command of the current step.

    Without an answer it is sent again after settings.SAGA_ANSWER_SECONDS, then after growing pauses.
    """
    instance.fence += 1
    instance.attempts += 1
    instance.awaiting = True
    pause = min(settings.SAGA_ANSWER_SECONDS * PATIENCE_GROWTH ** (instance.attempts - 1), LONGEST_PAUSE)
    instance.wake_at = instance.lease_until = now + timedelta(seconds=pause)


def step_done(instance: SagaInstance, now: datetime, result: dict[str, Any]) -> None:
    """The current step is done, or undone: go to the next one or to the end."""
    definition = registered(instance.name, instance.version).definition
    if direction_of(instance) is Direction.UNDO:
        _previous(instance, now)
        return
    instance.results = {**instance.results, instance.step: result}
    following = definition.after(instance.step)
    if following is None:
        _finish(instance, SagaState.COMPLETED, now)
    elif now >= instance.deadline_at:
        turn_back(instance, now, code="SAGA_DEADLINE", message=TOO_LATE, status=503)
    else:
        _enter(instance, following.name, now)


def step_refused(instance: SagaInstance, now: datetime, error: dict[str, Any]) -> None:
    """A rule forbids the current step: nothing of it happened; undo the steps before."""
    _note(instance, error)
    instance.state = SagaState.COMPENSATING
    _previous(instance, now)


def step_failed(instance: SagaInstance, now: datetime) -> None:
    """The current step had trouble: try again after a pause, or wait for an operator."""
    instance.awaiting = False
    if direction_of(instance) is Direction.UNDO and instance.attempts >= UNDO_ATTEMPTS:
        park(instance, "COMPENSATION_FAILED", NOT_UNDONE)
        return
    pause = min(FIRST_RETRY * 2 ** (instance.attempts - 1), LONGEST_PAUSE)
    instance.wake_at = now + timedelta(seconds=pause)
    instance.lease_until = None


def turn_back(instance: SagaInstance, now: datetime, *, code: str, message: str, status: int) -> None:
    """Undo, beginning with the current step: whether it happened is not known."""
    _note(instance, {"code": code, "message": message, "status": status, "details": {}})
    instance.state = SagaState.COMPENSATING
    _enter(instance, instance.step, now)


def park(instance: SagaInstance, code: str, message: str) -> None:
    """Stop and wait for an operator; the way it was going is kept for the retry."""
    instance.parked_from = instance.state
    instance.state = SagaState.PARKED
    instance.awaiting, instance.wake_at, instance.lease_until, instance.lease_owner = False, None, None, None
    instance.park_reason = f"{code}: {message}"


def unpark(instance: SagaInstance, now: datetime) -> None:
    """Go on where a parked saga stopped, with fresh attempts and a fresh deadline."""
    instance.state = instance.parked_from or SagaState.COMPENSATING
    instance.parked_from, instance.park_reason = "", ""
    definition = registered(instance.name, instance.version).definition
    instance.deadline_at = now + timedelta(seconds=definition.deadline_seconds)
    _enter(instance, instance.step, now)


def is_final(instance: SagaInstance) -> bool:
    """Whether nothing can happen to it any more."""
    return instance.state in FINAL


def _enter(instance: SagaInstance, step: str, now: datetime) -> None:
    instance.step, instance.attempts, instance.awaiting = step, 0, False
    instance.wake_at, instance.lease_until = now, None


def _previous(instance: SagaInstance, now: datetime) -> None:
    before = registered(instance.name, instance.version).definition.before(instance.step)
    if before is None:
        _finish(instance, SagaState.COMPENSATED, now)
    else:
        _enter(instance, before.name, now)


def _finish(instance: SagaInstance, state: SagaState, now: datetime) -> None:
    instance.state, instance.finished_at = state, now
    instance.awaiting, instance.wake_at, instance.lease_until, instance.lease_owner = False, None, None, None


def _note(instance: SagaInstance, error: dict[str, Any]) -> None:
    """Keep the first error: it is what the client is told."""
    if instance.error_code:
        return
    instance.error_code = str(error.get("code", "SAGA_FAILED"))
    instance.error_message = str(error.get("message", ""))
    instance.error_status = int(error.get("status", 500))
    instance.error_details = dict(error.get("details") or {})
