"""Everything the other services publish is kept here."""

from collections.abc import Sequence

from analytics_service.analytics.services import events_store
from common.messaging.consumers import consumes_all
from common.messaging.envelopes import Envelope


@consumes_all
def store_events(producer: str, envelopes: Sequence[Envelope]) -> None:
    """Store a batch of one producer's log, of every company and of none."""
    events_store(producer=producer, envelopes=envelopes)
