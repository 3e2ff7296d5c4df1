"""The next batch is read and mapped while PostgreSQL works on the one before."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

ItemT = TypeVar("ItemT")


def one_ahead(items: Iterator[ItemT]) -> Iterator[ItemT]:
    """The same items, each made in a thread of its own while the caller has the one before.

    No more than one waits. What making an item raises comes up where the caller asks for it, and when the caller
    stops early no more than the one at hand is made.
    """
    with ThreadPoolExecutor(1, "ahead") as pool:
        waiting: Future[ItemT | None] = pool.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = pool.submit(next, items, None)
            yield item
