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
    for handler, types in _batch_handlers(registry):
        received = [_read(producer, envelope) for envelope in known if envelope.type in types]
        if received:
            handler(received)
    # Handlers may not depend on each other's order: each sees its own events in order, and that is all.
    for company_id, group in groupby(
        (envelope for envelope in known if envelope.type in registry.singles),
        key=lambda envelope: envelope.company_id,
    ):
        with company_scope(company_id) if company_id else all_companies("event of no company"):
            for envelope in group:
                event, meta = _read(producer, envelope)
                for handle in registry.singles[envelope.type]:
                    handle(event, meta)


def _batch_handlers(registry: Registry) -> Iterator[tuple[BatchHandler, set[str]]]:
    """Each handler with its types. It gets all its events of a batch at once, in their order."""
    types: dict[BatchHandler, set[str]] = {}
    for name, handlers in registry.batches.items():
        for handler in handlers:
            types.setdefault(handler, set()).add(name)
    yield from types.items()


def _read(producer: str, envelope: Envelope) -> tuple[Event, EventMeta]:
    return from_wire(catalogue()[envelope.type], envelope.payload), EventMeta.of(producer, envelope)
