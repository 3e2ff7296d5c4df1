"""Waits until nothing is on its way any more: sagas, events, headcounts, messages."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from common.runtime.databases import Databases
from common.runtime.layout import SERVICES

if TYPE_CHECKING:
    from common.runtime.stack import Stack

_PAUSE: Final = 0.1
QUEUES: Final = tuple(f"{name}{kind}" for name in SERVICES for kind in ("", ".events", ".saga"))


class NotQuietError(Exception):
    """Something is still on its way after the time allowed."""


def wait_until(condition: Callable[[], str], timeout: float) -> None:
    """Waits until ``condition`` returns an empty text; the text says what is still missing.

    Raises:
        NotQuietError: It has not after ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    while missing := condition():
        if time.monotonic() > deadline:
            raise NotQuietError(f"After {timeout:g} s: {missing}.")
        time.sleep(_PAUSE)


def wait_quiet(stack: "Stack", databases: Databases, timeout: float = 60.0) -> None:
    """Waits until every saga has ended and every consumer has applied every event.

    Raises:
        NotQuietError: They have not after ``timeout`` seconds.
    """
    before: dict[str, int] = {}

    def still_moving() -> str:
        nonlocal before
        missing = unfinished(databases) or waiting_messages(stack)
        heads = {name: feed_head(databases, name) for name in SERVICES}
        # One database is looked at after the other: only what stood still in between is still.
        moved, before = heads != before, heads
        return missing or ("events are still being written" if moved else "")

    wait_until(still_moving, timeout)


def feed_head(databases: Databases, service: str) -> int:
    """The position of the last event of a service."""
    return int(databases.value(service, "SELECT position FROM feed_head WHERE id = 1"))


def unfinished(databases: Databases) -> str:
    """What the databases say is still to be done; empty for nothing."""
    live = databases.value(
        "employee", "SELECT count(*) FROM sagas WHERE state IN ('running', 'compensating')"
    )
    if live:
        return f"{live} sagas have not ended"
    for name in SERVICES:
        waiting = databases.value(name, "SELECT count(*) FROM event_log WHERE position IS NULL")
        if waiting:
            return f"{waiting} events of {name} have no position yet"
    unfolded = databases.value("company", "SELECT count(*) FROM headcount_ledger WHERE NOT folded")
    return f"{unfolded} headcount entries are not in the totals" if unfolded else behind(databases)


def behind(databases: Databases) -> str:
    """Which consumer has not applied everything of which producer; empty when all have."""
    for consumer in SERVICES:
        for producer, position in databases.rows(consumer, "SELECT producer, position FROM feed_cursors"):
            head = feed_head(databases, producer)
            if position != head:
                return f"{consumer} has applied {position} of {head} events of {producer}"
    return ""


def waiting_messages(stack: "Stack") -> str:
    """What waits in the broker; empty for nothing. Jobs of the clock come and go and do not count."""
    for queue in QUEUES:
        if queue not in SERVICES and (count := stack.redis.llen(queue)):
            return f"{count} messages wait in {queue}"
    return ""
