"""Declares what this service does with the events of others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from common.contracts.base import Event, owner_of, wire_name
from common.messaging.envelopes import Envelope, EventMeta

EventT = TypeVar("EventT", bound=Event)
Received = tuple[Event, EventMeta]
SingleHandler = Callable[[Any, EventMeta], None]
BatchHandler = Callable[[Sequence[Received]], None]
EnvelopeHandler = Callable[[str, Sequence[Envelope]], None]
Forget = Callable[[UUID | None], None]


@dataclass
class Registry:
    """The handlers of one service."""

    singles: dict[str, list[SingleHandler]] = field(default_factory=dict)
    batches: dict[str, list[BatchHandler]] = field(default_factory=dict)
    everything: list[EnvelopeHandler] = field(default_factory=list)
    forgetting: dict[str, list[Forget]] = field(default_factory=dict)

    def producers(self, own: str, all_services: Sequence[str]) -> list[str]:
        """The services whose feeds this one follows."""
        if self.everything:
            return [name for name in all_services if name != own]
        return sorted({owner_of(name) for name in (*self.singles, *self.batches)} - {own})

    def types_from(self, producer: str) -> list[str] | None:
        """The event types wanted from ``producer``; None means every type."""
        if self.everything:
            return None
        return sorted(name for name in {*self.singles, *self.batches} if owner_of(name) == producer)


registry = Registry()


def consumes(
    cls: type[EventT],
) -> Callable[[Callable[[EventT, EventMeta], None]], Callable[[EventT, EventMeta], None]]:
    """Call the function for each event of class ``cls``, in the scope of the event's company.

    It runs in the transaction that moves the cursor: its effects happen once. It must not call other
    services. Raising parks the event after a few attempts.
    """

    def register(handler: Callable[[EventT, EventMeta], None]) -> Callable[[EventT, EventMeta], None]:
        registry.singles.setdefault(wire_name(cls), []).append(handler)
        return handler

    return register


def consumes_many(*classes: type[Event]) -> Callable[[BatchHandler], BatchHandler]:
    """Like :func:`consumes` for set-based handlers: called with runs of events of these classes, in order.

    It runs in a scope of all companies, because a run mixes them.
    """

    def register(handler: BatchHandler) -> BatchHandler:
        for cls in classes:
            registry.batches.setdefault(wire_name(cls), []).append(handler)
        return handler

    return register


def consumes_all(handler: EnvelopeHandler) -> EnvelopeHandler:
    """Call the function with every event of every other service: (producer, envelopes), in all companies."""
    registry.everything.append(handler)
    return handler


def forgets(producer: str) -> Callable[[Forget], Forget]:
    """Call the function before a rebuild from ``producer``'s events, with the one aggregate or None for all.

    It removes what its consumers made of those events, so that nothing wrong can outlive the rebuild. Sums
    need that; rows that are keyed by the event or its aggregate are put right by being written again.
    """

    def register(forget: Forget) -> Forget:
        registry.forgetting.setdefault(producer, []).append(forget)
        return forget

    return register
