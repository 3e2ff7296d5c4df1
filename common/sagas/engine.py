"""Drives sagas in batches. Everything it knows is in PostgreSQL: it may be killed between any two lines.

claim: due sagas are locked, their fence raised, the command noted, committed - and only then sent.
answers: the saga's row is locked, the answer recorded, the next command noted, committed - and then sent.
What is lost between commit and sending is sent again when the saga's wake-up time comes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from common.contracts.base import to_wire
from common.messaging.doorbell import SAGAS, ring_on_commit
from common.messaging.refusals import Reason, refuse
from common.sagas import machine, store
from common.sagas.machine import Dispatch, direction_of
from common.sagas.models import LIVE, SagaInstance, SagaState
from common.sagas.outcomes import Answer, Direction, Status
from common.sagas.registry import Finished, Registered, read_data, registered
from common.security.tenancy import all_companies

CLAIM = 500
IN_FLIGHT = 600
"""Sagas waiting for an answer at once: a full message for each of three participants. More would only time out
in their queues, so others begin when these have ended."""
CHUNK = 200
ALONE_FROM = 4
"""From this attempt on a command travels alone: one that kills its worker must not take others along. Not
sooner, because answers that are late for want of time would come later still one by one."""

WORKER = uuid4()
"""This process's incarnation, the owner of its leases."""
log = structlog.get_logger(__name__)


def orchestrate() -> int:
    """Claim due sagas and send their commands; returns how many were claimed."""
    with all_companies("saga orchestrator"):
        # What has begun goes first: it holds accounts and records that somebody waits for.
        instances = store.lock_due(CLAIM, begun=True)
        room = min(CLAIM, IN_FLIGHT - store.awaiting_count())
        if room > 0:
            instances += store.lock_due(room, begun=False)
        now = store.database_now()
        dispatches = [item for item in (_take(instance, now) for instance in instances) if item]
        store.save(instances)
        store.note_sent(dispatches)
    _send(dispatches)
    return len(instances)


def _take(instance: SagaInstance, now: datetime) -> Dispatch | None:
    """Move the instance to 'command sent'; a saga that this code cannot read is parked, not dropped."""
    instance.lease_owner = WORKER
    try:
        machine.take(instance, now)
        return machine.command_for(instance) if instance.state in LIVE else None
    except Exception as error:
        _park_unreadable(instance, error)
        return None


def _park_unreadable(instance: SagaInstance, error: Exception) -> None:
    log.error("saga cannot be driven", saga=str(instance.id), exc_info=error)
    machine.park(instance, "UNREADABLE", f"{type(error).__name__}: {error}")


def record_answers(answers: Sequence[Answer], *, sender: str | None = None) -> None:
    """Record participants' answers and send what follows; late, repeated and foreign answers change nothing.

    ``sender`` is the service that sent them: it answers for its own steps only. None for whoever is to be believed.
    """
    with all_companies("saga orchestrator"):
        instances = store.lock(answer.saga_id for answer in answers)
        answers = _own_answers(answers, instances, sender)
        now = store.database_now()
        expected = {
            answer.saga_id: answer
            for answer in answers
            if answer.saga_id in instances and _expected(instances[answer.saga_id], answer)
        }
        for saga_id, answer in expected.items():
            _advance(instances[saga_id], answer, now)
        moved = [instances[saga_id] for saga_id in expected]
        held = run_hooks(moved)
        moved = [instance for instance in moved if instance.id not in held]
        dispatches = [item for item in (_continue(instance, now) for instance in moved) if item]
        store.save(moved)
        store.note_answers(answers)
        store.note_sent(dispatches)
        if any(instance.state not in LIVE for instance in moved):
            # Room for others.
            ring_on_commit(SAGAS)
    _send(dispatches)


def _own_answers(
    answers: Sequence[Answer], instances: Mapping[UUID, SagaInstance], sender: str | None
) -> Sequence[Answer]:
    """Those that are not about a step of another service than their sender."""
    if sender is None:
        return answers
    own = [a for a in answers if a.saga_id not in instances or _does(sender, instances[a.saga_id], a.step)]
    if len(own) < len(answers):
        refuse(
            Reason.NOT_PERMITTED, sender=sender, count=len(answers) - len(own), task="sagas.record_answers"
        )
    return own


def _does(service: str, instance: SagaInstance, step: str) -> bool:
    """Whether the step is the service's; a saga that this code cannot read is another matter."""
    try:
        return registered(instance.name, instance.version).definition.step(step).participant == service
    except KeyError:
        return True


def _expected(instance: SagaInstance, answer: Answer) -> bool:
    """Whether the saga waits for this very answer. An older fence's answer is as true: effects happen once."""
    return (
        instance.state in LIVE
        and instance.awaiting
        and instance.step == answer.step
        and direction_of(instance) is answer.direction
        and answer.fence <= instance.fence
        and answer.status is not Status.STALE
    )


def _advance(instance: SagaInstance, answer: Answer, now: datetime) -> None:
    try:
        if answer.status is Status.DONE:
            machine.step_done(instance, now, answer.result)
        elif answer.status is Status.REFUSED and answer.direction is Direction.DO:
            machine.step_refused(instance, now, answer.error)
        else:
            machine.step_failed(instance, now)
    except Exception as error:
        # One that this code cannot read must not keep the other answers of its message from being recorded.
        _park_unreadable(instance, error)


def _continue(instance: SagaInstance, now: datetime) -> Dispatch | None:
    """Send the next step's command at once; a step that failed waits for its pause instead."""
    if instance.state not in LIVE or instance.attempts > 0:
        return None
    return _take(instance, now)


def run_hooks(instances: Iterable[SagaInstance]) -> set[UUID]:
    """Run what happens locally when sagas end; returns those whose hook failed, to be left as they were."""
    ended: dict[tuple[str, str, str], list[SagaInstance]] = defaultdict(list)
    for instance in instances:
        if machine.is_final(instance):
            ended[instance.name, instance.version, instance.state].append(instance)
    failed: set[UUID] = set()
    for (name, version, state), group in ended.items():
        failed |= _run_hook(registered(name, version), state, group)
    return failed


def _run_hook(entry: Registered, state: str, group: list[SagaInstance]) -> set[UUID]:
    hook = entry.completed_many if state == SagaState.COMPLETED else entry.compensated_many
    try:
        with transaction.atomic():
            hook([Finished(instance, read_data(instance), instance.results) for instance in group])
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("end of saga failed", sagas=[str(instance.id) for instance in group])
        if len(group) == 1:
            return {group[0].id}
        return set().union(*(_run_hook(entry, state, [instance]) for instance in group))
    return set()


def _send(dispatches: Sequence[Dispatch]) -> None:
    """Hand the commands to the broker. Losing them here costs a time-out, never a saga."""
    groups: dict[tuple[str, str], list[Dispatch]] = defaultdict(list)
    for item in dispatches:
        groups[item.participant, item.task].append(item)
    for (participant, task), items in groups.items():
        alone = [item for item in items if item.attempt >= ALONE_FROM]
        together = [item for item in items if item.attempt < ALONE_FROM]
        for chunk in (*([item] for item in alone), *_chunks(together, CHUNK)):
            current_app.send_task(
                task,
                args=[[to_wire(item.message) for item in chunk]],
                kwargs={"reply_to": f"{settings.SERVICE.name}.saga"},
                queue=f"{participant}.saga",
                ignore_result=True,
            )


def _chunks(items: Sequence[Dispatch], size: int) -> list[list[Dispatch]]:
    """``items`` in lists of at most ``size``."""
    return [list(items[start : start + size]) for start in range(0, len(items), size)]
