"""Celery tasks of the orchestrating service."""

from typing import Any

from celery import shared_task

from common.contracts.base import from_wire
from common.sagas import engine
from common.sagas.outcomes import Answer


@shared_task(name="sagas.orchestrate")
def orchestrate() -> None:
    """Claim due sagas and send their next commands."""
    engine.orchestrate()


@shared_task(name="sagas.record_answers")
def record_answers(answers: list[dict[str, Any]]) -> None:
    """Record participants' answers and go on."""
    engine.record_answers([from_wire(Answer, answer) for answer in answers])
