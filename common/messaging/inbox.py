"""Applies other services' events: effects and cursor move in one transaction, so effects happen once."""

from collections.abc import Sequence
from enum import Enum

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from common.contracts.base import to_wire
from common.messaging.consumers import Registry, registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Batch, Envelope, FeedPage
from common.messaging.models import Cursor, ParkedEvent
from common.security.tenancy import all_companies

MAX_ATTEMPTS = 3
log = structlog.get_logger(__name__)


class Outcome(Enum):
    """What became of a batch."""

    APPLIED = "applied"
    GAP = "gap"
    """Positions between the cursor and the batch are missing: pull."""
    NEW_EPOCH = "new epoch"
    """The producer's log is not the one that the cursor counted in: reconcile."""
    RETRY = "retry"
    """An event failed and is tried again later."""


def apply(batch: Batch, handlers: Registry = registry) -> Outcome:
    """Apply what is new in ``batch``; safe to call with duplicates, overlaps, gaps and after a crash at any point.

    Raises what the database raises when it is down: nothing was applied then.
    """
    tried_before = _begin_attempt(batch)
    if isinstance(tried_before, Outcome):
        return tried_before
    if not tried_before:
        try:
            return _apply_whole(batch, handlers)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.warning("event batch failed, going one by one", producer=batch.producer, exc_info=True)
    return _apply_singly(batch, handlers)


def _locked(producer: str) -> Cursor:
    Cursor.objects.get_or_create(producer=producer)
    return Cursor.objects.select_for_update().get(producer=producer)


def _refusal(cursor: Cursor, batch: Batch, envelope: Envelope | None = None) -> Outcome | None:
    """Why nothing of ``batch``, or its event ``envelope``, is to be applied; None when it is."""
    if cursor.epoch is not None and cursor.epoch != batch.epoch:
        return Outcome.NEW_EPOCH
    if batch.after > cursor.position:
        return Outcome.GAP
    last = envelope.position if envelope else batch.upto
    return Outcome.APPLIED if last <= cursor.position else None


def _begin_attempt(batch: Batch) -> bool | Outcome:
    """Count the attempt in a commit of its own: an event that kills the process must not be tried for ever.

    Returns whether an earlier attempt at this position did not end, or why there is nothing to do.
    """
    with transaction.atomic():
        cursor = _locked(batch.producer)
        refusal = _refusal(cursor, batch)
        if refusal is not None:
            return refusal
        if not batch.events:
            return False
        tried_before = cursor.attempts > 0 and cursor.attempt_position > cursor.position
        if not tried_before:
            cursor.attempt_position, cursor.attempts = cursor.position + 1, 1
            cursor.save(update_fields=["attempt_position", "attempts"])
        return tried_before


def _move(cursor: Cursor, batch: Batch, position: int) -> None:
    cursor.epoch, cursor.position = batch.epoch, position
    cursor.head = max(cursor.head, batch.upto)
    cursor.attempt_position, cursor.attempts, cursor.last_error = 0, 0, ""
    cursor.moved_at = Now()
    cursor.save()


def _apply_whole(batch: Batch, handlers: Registry) -> Outcome:
    with all_companies("event consumer"):
        cursor = _locked(batch.producer)
        refusal = _refusal(cursor, batch)
        if refusal is not None:
            return refusal
        fresh = [envelope for envelope in batch.events if envelope.position > cursor.position]
        blocked = _parked_aggregates(batch.producer)
        if blocked:
            _park(batch.producer, [e for e in fresh if e.aggregate_id in blocked], "behind a parked event", 0)
            fresh = [envelope for envelope in fresh if envelope.aggregate_id not in blocked]
        dispatch(handlers, batch.producer, fresh)
        _move(cursor, batch, batch.upto)
    return Outcome.APPLIED


def _apply_singly(batch: Batch, handlers: Registry) -> Outcome:
    for envelope in batch.events:
        outcome = _apply_one(batch, envelope, handlers)
        if outcome is not Outcome.APPLIED:
            return outcome
    with transaction.atomic():
        cursor = _locked(batch.producer)
        if _refusal(cursor, batch) is None:
            _move(cursor, batch, batch.upto)
    return Outcome.APPLIED


def _apply_one(batch: Batch, envelope: Envelope, handlers: Registry) -> Outcome:
    with all_companies("event consumer"):
        cursor = _locked(batch.producer)
        refusal = _refusal(cursor, batch, envelope)
        if refusal is not None:
            return refusal
        if cursor.attempt_position != envelope.position:
            cursor.attempt_position, cursor.attempts = envelope.position, 0
        parked = envelope.aggregate_id in _parked_aggregates(batch.producer)
        if parked or cursor.attempts >= MAX_ATTEMPTS:
            error = (
                "behind a parked event"
                if parked
                else cursor.last_error or "the process ended while applying it"
            )
            _park(batch.producer, [envelope], error, cursor.attempts)
            _move(cursor, batch, envelope.position)
            return Outcome.APPLIED
        cursor.attempts += 1
        cursor.save(update_fields=["attempt_position", "attempts"])
    try:
        with all_companies("event consumer"):
            cursor = _locked(batch.producer)
            refusal = _refusal(cursor, batch, envelope)
            if refusal is not None:
                return refusal
            dispatch(handlers, batch.producer, [envelope])
            _move(cursor, batch, envelope.position)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("event failed", producer=batch.producer, type=envelope.type, position=envelope.position)
        message = f"{type(error).__name__}: {error}"
        Cursor.objects.filter(producer=batch.producer, attempt_position=envelope.position).update(
            last_error=message
        )
        return Outcome.RETRY
    return Outcome.APPLIED


def _parked_aggregates(producer: str) -> set[object]:
    parked = ParkedEvent.objects.filter(producer=producer, state=ParkedEvent.State.PARKED)
    return set(parked.values_list("aggregate_id", flat=True))


def _park(producer: str, envelopes: Sequence[Envelope], error: str, attempts: int) -> None:
    for envelope in envelopes:
        log.error(
            "event parked", producer=producer, type=envelope.type, position=envelope.position, error=error
        )
    ParkedEvent.objects.bulk_create(
        [
            ParkedEvent(
                producer=producer,
                position=envelope.position,
                event_id=envelope.id,
                type=envelope.type,
                aggregate_id=envelope.aggregate_id,
                company_id=envelope.company_id,
                envelope=to_wire(envelope),
                error=error,
                attempts=attempts,
            )
            for envelope in envelopes
        ],
        ignore_conflicts=True,
    )


def start_epoch(page: FeedPage) -> None:
    """Read ``page.producer``'s log from its beginning again: it was restored and may lack what was applied.

    Handlers are keyed by the event or by its aggregate, so what is unchanged stays as it is. What was pruned
    had been applied here when it was; the caller has made sure of that.
    """
    with transaction.atomic():
        cursor = _locked(page.producer)
        if cursor.epoch == page.epoch:
            return  # Another reader was quicker and may be far on by now.
        log.error("producer started a new epoch: reconciling from its first event", producer=page.producer)
        cursor.epoch, cursor.position = page.epoch, page.first - 1
        cursor.attempt_position, cursor.attempts = 0, 0
        cursor.save()
