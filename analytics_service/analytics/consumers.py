"""Everything the other services publish is kept here, and counted."""

from collections.abc import Sequence
from uuid import UUID

from analytics_service.analytics.counting import EMPLOYMENT_EVENTS, ITEM_EVENTS
from analytics_service.analytics.services.events import events_store
from analytics_service.analytics.services.expiry import EXPIRY_EVENTS, expiry_note
from analytics_service.analytics.services.metrics import metrics_count, metrics_forget
from common.messaging.consumers import Received, consumes_all, consumes_many, forgets
from common.messaging.envelopes import Envelope


@consumes_all
def store_events(producer: str, envelopes: Sequence[Envelope]) -> None:
    """Store a batch of one producer's log, of every company and of none."""
    events_store(producer=producer, envelopes=envelopes)


@consumes_many(*EMPLOYMENT_EVENTS, *ITEM_EVENTS)
def count_people(received: Sequence[Received]) -> None:
    """Keep the figures of people, leaves and deductions."""
    metrics_count(received)


@forgets("employee")
def forget_people(aggregate_id: UUID | None) -> None:
    """Make room for a rebuild of the figures."""
    metrics_forget(aggregate_id)


@consumes_many(*EXPIRY_EVENTS)
def note_expiry(received: Sequence[Received]) -> None:
    """Keep when licences and documents end."""
    expiry_note(received)
