"""What an operator does with parked events."""

from collections.abc import Iterable

from django.db.models.functions import Now

from common.contracts.base import from_wire
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.messaging.models import ParkedEvent
from common.security.tenancy import all_companies


def parked_retry(event: ParkedEvent, *, operator: str) -> int:
    """Apply ``event`` and the parked ones of its aggregate after it, in order; returns how many were applied.

    Stops at the first that fails again and raises what its handler raised; those before it stay applied.
    """
    applied = 0
    for waiting in _aggregate(event):
        with all_companies("parked event"):
            locked = ParkedEvent.objects.select_for_update().get(pk=waiting.pk)
            if locked.state != ParkedEvent.State.PARKED:
                continue
            dispatch(registry, locked.producer, [from_wire(Envelope, locked.envelope)])
            _resolve(locked, ParkedEvent.State.APPLIED, operator)
        applied += 1
    return applied


def parked_skip(event: ParkedEvent, *, operator: str) -> None:
    """Give this one event up; later ones of its aggregate stay parked until they are retried."""
    with all_companies("parked event"):
        locked = ParkedEvent.objects.select_for_update().get(pk=event.pk)
        if locked.state == ParkedEvent.State.PARKED:
            _resolve(locked, ParkedEvent.State.SKIPPED, operator)


def _aggregate(event: ParkedEvent) -> Iterable[ParkedEvent]:
    with all_companies("parked event"):
        return list(
            ParkedEvent.objects.filter(
                producer=event.producer,
                aggregate_id=event.aggregate_id,
                state=ParkedEvent.State.PARKED,
                position__gte=event.position,
            ).order_by("position")
        )


def _resolve(event: ParkedEvent, state: ParkedEvent.State, operator: str) -> None:
    event.state, event.resolved_at, event.resolved_by = state, Now(), operator
    event.save(update_fields=["state", "resolved_at", "resolved_by"])
