"""Celery tasks of the messaging: a batch of events arrives; old events go."""

from typing import Any

from celery import shared_task

import common.messaging.takeback  # noqa: F401  (every worker takes back what its predecessor left)
from common.contracts.base import from_wire
from common.messaging.envelopes import Batch
from common.messaging.pruning import prune
from common.messaging.pull import receive


@shared_task(name="messaging.receive_events")
def receive_events(batch: dict[str, Any]) -> None:
    """Apply a batch of another service's events."""
    receive(from_wire(Batch, batch))


@shared_task(name="messaging.prune_events")
def prune_events() -> None:
    """Delete events that every subscriber has applied and that are older than the retention."""
    prune()
