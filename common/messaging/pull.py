"""Pulls other services' feeds over HTTP: the slow, sure way that backs the doorbell."""

import time
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid5

import msgspec
import structlog
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from common.conf.service import PORTS
from common.messaging.consumers import registry
from common.messaging.envelopes import Batch, FeedPage
from common.messaging.inbox import Outcome, apply, start_epoch
from common.messaging.models import Cursor
from common.security.peers import Limits, PeerError, ask

PAGE = 500
CONTACT_NOTED_EVERY = timedelta(seconds=10)
LIMITS = Limits(seconds=10.0, largest=32 * 1024 * 1024)
log = structlog.get_logger(__name__)
_PAGE = msgspec.json.Decoder(FeedPage)


class FeedUnavailableError(Exception):
    """The producer did not answer, or not with a feed page; try again later."""


def producers() -> list[str]:
    """The services this one follows."""
    return registry.producers(settings.SERVICE.name, tuple(PORTS))


def fetch(producer: str, *, after: int, limit: int = PAGE, aggregate_id: str | None = None) -> FeedPage:
    """One page of ``producer``'s feed; raises FeedUnavailableError."""
    parameters: dict[str, str | int] = {"after": after, "limit": limit}
    types = registry.types_from(producer)
    if types is not None:
        parameters["types"] = ",".join(types)
    if aggregate_id:
        parameters["aggregate_id"] = aggregate_id
    try:
        page = ask(producer, f"/internal/events?{urlencode(parameters)}", LIMITS).read(_PAGE)
    except PeerError as error:
        raise FeedUnavailableError(f"{producer}: {error}") from error
    if (page.producer, page.after) != (producer, after) or len(page.events) > limit:
        raise FeedUnavailableError(f"{producer}: answers something that it was not asked for")
    untrue = page.untrue()
    if untrue:
        raise FeedUnavailableError(f"{producer}: {untrue}")
    return page


def pull(producer: str, *, max_seconds: float = 10.0, limit: int = PAGE) -> int:
    """Apply ``producer``'s feed from the cursor to its head, ``limit`` events a page; returns the new position.

    After ``max_seconds`` it stops, to be called again.

    Raises FeedUnavailableError when the producer does not answer, or when its log cannot be continued.
    """
    stop = time.monotonic() + max_seconds
    while True:
        cursor, _ = Cursor.objects.get_or_create(producer=producer)
        page = fetch(producer, after=cursor.position, limit=limit)
        _refuse_impossible(cursor, page)
        outcome = _apply(cursor, page)
        _note_contact(producer, page.head)
        at_end = page.upto >= page.head and outcome is not Outcome.NEW_EPOCH
        if at_end or outcome is Outcome.RETRY or time.monotonic() > stop:
            return page.upto


def _apply(cursor: Cursor, page: FeedPage) -> Outcome:
    if cursor.epoch is not None and cursor.epoch != page.epoch:
        start_epoch(page)
        return Outcome.NEW_EPOCH
    nothing_new = not page.events and page.upto == cursor.position and cursor.epoch is not None
    return Outcome.APPLIED if nothing_new else apply(page)


def _note_contact(producer: str, head: int) -> None:
    """Write down that the producer answered, but not at every idle poll."""
    Cursor.objects.filter(producer=producer).filter(
        Q(pulled_at__isnull=True) | Q(pulled_at__lt=Now() - CONTACT_NOTED_EVERY) | ~Q(head=head)
    ).update(pulled_at=Now(), head=head)


def _refuse_impossible(cursor: Cursor, page: FeedPage) -> None:
    if cursor.epoch == page.epoch and page.head < cursor.position:
        # To be refused from now on: the log may grow past the cursor, with other events.
        Cursor.objects.filter(producer=cursor.producer).update(epoch=_gone_back(page.epoch))
        cursor.epoch = _gone_back(page.epoch)
    if cursor.epoch == _gone_back(page.epoch):
        raise FeedUnavailableError(
            f"{page.producer} ended at an earlier position than {cursor.position}, which was applied: it was restored "
            f"from a backup without a new epoch. Run 'manage.py new_epoch' there."
        )
    if cursor.position + 1 < page.first:
        raise FeedUnavailableError(
            f"{page.producer} has pruned its log up to {page.first - 1}, beyond this service's cursor "
            f"{cursor.position}. Restore this service from a younger backup."
        )


def _gone_back(epoch: UUID) -> UUID:
    """What a cursor counts in after the log of ``epoch`` was seen to have lost its end."""
    return uuid5(epoch, "gone back")


def receive(batch: Batch) -> None:
    """Apply a batch that came through the broker; whatever does not continue the cursor is pulled instead."""
    if apply(batch) in (Outcome.GAP, Outcome.NEW_EPOCH):
        pull(batch.producer)
