"""Keeping the events of the other services."""

from collections.abc import Sequence

from analytics_service.analytics.models import StoredEvent
from common.messaging.envelopes import Envelope


def events_store(*, producer: str, envelopes: Sequence[Envelope]) -> None:
    """Store ``envelopes`` of ``producer``'s log with one statement; one already there stays as it is."""
    StoredEvent.objects.bulk_create(
        [
            StoredEvent(
                id=envelope.id,
                producer=producer,
                position=envelope.position,
                type=envelope.type,
                company_id=envelope.company_id,
                aggregate_id=envelope.aggregate_id,
                version=envelope.version,
                actor_id=envelope.actor_id,
                occurred_at=envelope.occurred_at,
                payload=envelope.payload,
            )
            for envelope in envelopes
        ],
        ignore_conflicts=True,
    )
