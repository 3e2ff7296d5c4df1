"""What an operator does with parked events."""

from django.db import transaction
from django.db.models.functions import Now

from common.contracts.base import from_wire
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.messaging.models import Cursor, ParkedEvent
from common.security.tenancy import all_companies


def parked_retry(event: ParkedEvent, *, operator: str) -> int:
    """Apply the parked events of ``event``'s aggregate in order, from the first; returns how many were applied.

    Stops at the first that fails again and raises what its handler raised; those before it stay applied.
    """
    applied = 0
    while _apply_first(event, operator):
        applied += 1
    return applied


def _apply_first(event: ParkedEvent, operator: str) -> bool:
    # A savepoint where a transaction is open, as on the admin's pages: a failure takes back its own event only.
    with transaction.atomic(), all_companies("parked event"):
        # The consumer waits: it would park the next event behind one that is just being applied.
        Cursor.objects.select_for_update().filter(producer=event.producer).first()
        waiting = _waiting(event)
        if waiting is None:
            return False
        dispatch(registry, waiting.producer, [from_wire(Envelope, waiting.envelope)])
        _resolve(waiting, ParkedEvent.State.APPLIED, operator)
    return True


def _waiting(event: ParkedEvent) -> ParkedEvent | None:
    parked = ParkedEvent.objects.filter(state=ParkedEvent.State.PARKED)
    of_aggregate = parked.filter(producer=event.producer, aggregate_id=event.aggregate_id)
    return of_aggregate.select_for_update().order_by("position").first()


def parked_skip(event: ParkedEvent, *, operator: str) -> None:
    """Give this one event up; later ones of its aggregate stay parked until they are retried."""
    with all_companies("parked event"):
        locked = ParkedEvent.objects.select_for_update().get(pk=event.pk)
        if locked.state == ParkedEvent.State.PARKED:
            _resolve(locked, ParkedEvent.State.SKIPPED, operator)


def _resolve(event: ParkedEvent, state: ParkedEvent.State, operator: str) -> None:
    event.state, event.resolved_at, event.resolved_by = state, Now(), operator
    event.save(update_fields=["state", "resolved_at", "resolved_by"])
