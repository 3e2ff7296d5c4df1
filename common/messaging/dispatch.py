"""Hands a run of envelopes to the handlers, in order, each in its company's scope."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from common.contracts.base import Event, catalogue, from_wire
from common.messaging.consumers import BatchHandler, Registry
from common.messaging.envelopes import Envelope, EventMeta
from common.security.tenancy import all_companies, company_scope


def dispatch(registry: Registry, producer: str, envelopes: Sequence[Envelope]) -> None:
    """Apply ``envelopes`` in the current transaction; raises what a handler raises."""
    for handle_everything in registry.everything:
        handle_everything(producer, envelopes)
    known = [
        envelope
        for envelope in envelopes
        if envelope.type in registry.singles or envelope.type in registry.batches
    ]
    for handlers, run in _runs(registry, known):
        received = [_read(producer, envelope) for envelope in run]
        for handler in handlers:
            handler(received)
    # Single handlers and batch handlers of one type may not depend on each other's order.
    for company_id, group in groupby(
        (envelope for envelope in known if envelope.type in registry.singles),
        key=lambda envelope: envelope.company_id,
    ):
        with company_scope(company_id) if company_id else all_companies("event of no company"):
            for envelope in group:
                event, meta = _read(producer, envelope)
                for handle in registry.singles[envelope.type]:
                    handle(event, meta)


def _runs(
    registry: Registry, envelopes: Sequence[Envelope]
) -> Iterator[tuple[list[BatchHandler], list[Envelope]]]:
    for handlers, group in groupby(envelopes, key=lambda envelope: registry.batches.get(envelope.type, [])):
        if handlers:
            yield handlers, list(group)


def _read(producer: str, envelope: Envelope) -> tuple[Event, EventMeta]:
    return from_wire(catalogue()[envelope.type], envelope.payload), EventMeta.of(producer, envelope)
