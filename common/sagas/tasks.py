"""Celery tasks of the orchestrating service."""

from typing import Any

from celery import shared_task

from common.contracts.base import from_wire
from common.messaging.gate import EVERY_SERVICE, GuardedTask, sender_of
from common.sagas import engine
from common.sagas.outcomes import Answer


@shared_task(name="sagas.orchestrate")
def orchestrate() -> None:
    """Claim due sagas and send their next commands."""
    engine.orchestrate()


@shared_task(name="sagas.record_answers", bind=True, base=GuardedTask, accepted_from=EVERY_SERVICE)
def record_answers(self: GuardedTask, answers: list[dict[str, Any]]) -> None:
    """Record the answers of a participant and go on."""
    engine.record_answers([from_wire(Answer, answer) for answer in answers], sender=sender_of(self))
