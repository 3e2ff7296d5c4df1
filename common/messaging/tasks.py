"""Celery tasks of the messaging: a batch of events arrives; old events go."""

from typing import Any

from celery import shared_task

import common.messaging.takeback  # noqa: F401  (every worker takes back what its predecessor left)
from common.contracts.base import from_wire
from common.messaging.envelopes import Batch
from common.messaging.gate import EVERY_SERVICE, GuardedTask, sender_of
from common.messaging.pruning import prune
from common.messaging.pull import receive
from common.messaging.refusals import Reason, refuse


@shared_task(name="messaging.receive_events", bind=True, base=GuardedTask, accepted_from=EVERY_SERVICE)
def receive_events(self: GuardedTask, batch: dict[str, Any]) -> None:
    """Apply a batch of another service's events; what a service says in another's name is refused."""
    read, sender = from_wire(Batch, batch), sender_of(self)
    if sender != read.producer or read.untrue():
        refuse(Reason.NOT_PERMITTED, sender=sender, producer=read.producer, untrue=read.untrue())
        return
    receive(read)


@shared_task(name="messaging.prune_events")
def prune_events() -> None:
    """Delete events that every subscriber has applied and that are older than the retention."""
    prune()
