"""The participant's side: does and undoes steps once, whatever is sent twice, late or in the wrong order."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog
from celery import current_app, shared_task
from django.db import connection, transaction

from common.contracts.base import Command, from_wire, to_wire
from common.errors import DomainError
from common.messaging.gate import GuardedTask, sender_of
from common.messaging.refusals import Reason, refuse
from common.sagas.models import SagaEffect
from common.sagas.outcomes import Answer, Call, CommandMessage, Direction, Outcome, Status
from common.security.tenancy import all_companies, company_scope

CommandT = TypeVar("CommandT", bound=Command)
Handler = Callable[[Sequence[Call[CommandT]]], list[Outcome]]
Effects = dict[tuple[UUID, str, str], SagaEffect]
ORCHESTRATORS = frozenset({"employee"})
"""The services whose commands are obeyed: those that define sagas."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Participant:
    """One Celery task that does or undoes a step of sagas."""

    name: str
    handler: Handler[Any]
    command: type[Command]
    direction: Direction
    crosses_companies: str


def participates(
    name: str, *, command: type[CommandT], crosses_companies: str = ""
) -> Callable[[Handler[CommandT]], Handler[CommandT]]:
    """Make the function the action ``name`` of saga steps, as a Celery task of that name.

    It gets calls of one company in that company's scope and returns one outcome a call, in their order. It
    is called once for a call that succeeds; when it raises, its changes are undone and it is called again for
    each call alone: a DomainError then refuses the step, anything else fails it, to be tried again. With
    ``crosses_companies`` (the reason) it gets all calls at once in a scope of all companies.
    """
    return _register(name, command, Direction.DO, crosses_companies)


def compensates(
    name: str, *, of: str, command: type[CommandT], crosses_companies: str = ""
) -> Callable[[Handler[CommandT]], Handler[CommandT]]:
    """Make the function the compensation ``name`` of the action ``of``; calls carry the action's result.

    It is not called for a step that never happened. Otherwise like :func:`participates`.
    """
    if not of:
        raise ValueError("A compensation undoes an action.")
    return _register(name, command, Direction.UNDO, crosses_companies)


def _register(
    name: str, command: type[CommandT], direction: Direction, crosses_companies: str
) -> Callable[[Handler[CommandT]], Handler[CommandT]]:
    def register(handler: Handler[CommandT]) -> Handler[CommandT]:
        participant = Participant(name, handler, command, direction, crosses_companies)

        @shared_task(name=name, bind=True, base=GuardedTask, accepted_from=ORCHESTRATORS)
        def task(self: GuardedTask, messages: list[dict[str, Any]], reply_to: str) -> None:
            if reply_to != f"{sender_of(self)}.saga":
                refuse(Reason.NOT_PERMITTED, sender=sender_of(self), reply_to=reply_to)
                return
            answers = execute(participant, [from_wire(CommandMessage, message) for message in messages])
            if stale := sum(answer.status is Status.STALE for answer in answers):
                refuse(Reason.STALE, sender=sender_of(self), count=stale, task=name)
            current_app.send_task(
                "sagas.record_answers",
                args=[[to_wire(answer) for answer in answers]],
                queue=reply_to,
                ignore_result=True,
            )

        participants[name] = participant
        return handler

    return register


participants: dict[str, Participant] = {}


def execute(participant: Participant, messages: Sequence[CommandMessage]) -> list[Answer]:
    """Run the commands in one transaction and return an answer for each; nothing is kept of failed ones."""
    ordered = sorted({message.saga_id: message for message in messages}.values(), key=lambda m: m.saga_id)
    answers: list[Answer] = []
    with all_companies("saga participant"):
        current = _raise_fences(ordered)
        effects = _effects(ordered)
        fresh: list[tuple[CommandMessage, SagaEffect | None]] = []
        for message in ordered:
            known = _known_outcome(participant, message, current, effects)
            if known is not None:
                answers.append(_answer(participant, message, known))
            else:
                fresh.append((message, effects.get((message.saga_id, message.step, Direction.DO))))
        outcomes = _run(participant, fresh)
        _remember(
            participant, [(message, outcome) for (message, _), outcome in zip(fresh, outcomes, strict=True)]
        )
        answers += [
            _answer(participant, message, outcome)
            for (message, _), outcome in zip(fresh, outcomes, strict=True)
        ]
    return answers


def _raise_fences(messages: Sequence[CommandMessage]) -> set[UUID]:
    """Lock each saga here and keep its highest fence; returns those whose sender is not stale."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO saga_fences (saga_id, company_id, fence)"
            " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[])"
            " ON CONFLICT (saga_id) DO UPDATE SET fence = EXCLUDED.fence WHERE saga_fences.fence <= EXCLUDED.fence"
            " RETURNING saga_id",
            [[m.saga_id for m in messages], [m.company_id for m in messages], [m.fence for m in messages]],
        )
        return {row[0] for row in cursor.fetchall()}


def _effects(messages: Sequence[CommandMessage]) -> Effects:
    found = SagaEffect.objects.filter(saga_id__in=[message.saga_id for message in messages])
    return {(effect.saga_id, effect.step, effect.direction): effect for effect in found}


def _known_outcome(
    participant: Participant, message: CommandMessage, current: set[UUID], effects: Effects
) -> Outcome | None:
    """The outcome that is settled before anything runs: stale, repeated, undone, or nothing to undo."""
    if message.saga_id not in current:
        return Outcome(Status.STALE, {}, {"code": "STALE_FENCE"})
    done = effects.get((message.saga_id, message.step, Direction.DO))
    undone = effects.get((message.saga_id, message.step, Direction.UNDO))
    stored = done if participant.direction is Direction.DO else undone
    if participant.direction is Direction.DO and undone is not None:
        return Outcome(Status.STALE, {}, {"code": "ALREADY_UNDONE"})
    if stored is not None:
        return Outcome(Status(stored.status), stored.result, stored.error)
    if participant.direction is Direction.UNDO and (done is None or done.status != Status.DONE):
        # The tombstone stops a late action.
        _remember(participant, [(message, Outcome.done())])
        return Outcome.done()
    return None


def _run(
    participant: Participant, fresh: Sequence[tuple[CommandMessage, SagaEffect | None]]
) -> list[Outcome]:
    results: dict[UUID, Outcome] = {}
    groups: dict[UUID | None, list[Call[Any]]] = defaultdict(list)
    for message, done in fresh:
        try:
            call = Call(
                saga_id=message.saga_id,
                step=message.step,
                company_id=message.company_id,
                command=from_wire(participant.command, message.command),
                done=done.result if done and participant.direction is Direction.UNDO else None,
            )
        except msgspec.ValidationError as error:
            results[message.saga_id] = Outcome.failed(error)
            continue
        groups[None if participant.crosses_companies else message.company_id].append(call)
    # In one order everywhere: two batches that lock rows of the same companies must not wait for each other.
    for company_id, calls in sorted(groups.items(), key=lambda group: str(group[0])):
        scope = company_scope(company_id) if company_id else all_companies(participant.crosses_companies)
        with scope:
            outcomes = _together(participant, calls)
        results |= {call.saga_id: outcome for call, outcome in zip(calls, outcomes, strict=True)}
    return [results[message.saga_id] for message, _ in fresh]


def _together(participant: Participant, calls: Sequence[Call[Any]]) -> list[Outcome]:
    try:
        with transaction.atomic():
            return participant.handler(calls)
    except Exception as error:
        if len(calls) == 1:
            return [_outcome_of(participant, error)]
        log.warning(
            "saga batch failed, going one by one", task=participant.name, size=len(calls), exc_info=True
        )
    return [outcome for call in calls for outcome in _together(participant, [call])]


def _outcome_of(participant: Participant, error: Exception) -> Outcome:
    if isinstance(error, DomainError) and participant.direction is Direction.DO:
        return Outcome.refused(error)
    log.error("saga step failed", task=participant.name, exc_info=error)
    return Outcome.failed(error)


def _remember(participant: Participant, settled: Sequence[tuple[CommandMessage, Outcome]]) -> None:
    kept = [pair for pair in settled if pair[1].status in (Status.DONE, Status.REFUSED)]
    if not kept:
        return
    messages, outcomes = zip(*kept, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO saga_effects"
            " (saga_id, company_id, step, direction, status, result, error, fence)"
            " SELECT saga, company, step, %s, status, result::jsonb, error::jsonb, fence"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])"
            " AS x(saga, company, step, status, result, error, fence)",
            [
                str(participant.direction),
                [message.saga_id for message in messages],
                [message.company_id for message in messages],
                [message.step for message in messages],
                [str(outcome.status) for outcome in outcomes],
                [_json(outcome.result) for outcome in outcomes],
                [_json(outcome.error) for outcome in outcomes],
                [message.fence for message in messages],
            ],
        )


def _json(values: dict[str, Any]) -> str:
    # Sentences of refusals are translated when they are written.
    return msgspec.json.encode(values, enc_hook=str).decode()


def _answer(participant: Participant, message: CommandMessage, outcome: Outcome) -> Answer:
    return Answer(
        saga_id=message.saga_id,
        step=message.step,
        direction=participant.direction,
        fence=message.fence,
        status=outcome.status,
        result=outcome.result,
        error=outcome.error,
    )
