"""Runs functions at the same time, each with database connections of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any


def run_all(works: Sequence[Callable[[], Any]], *, timeout: float = 60) -> list[Any]:
    """Start all of ``works`` together and return their results in order; raises the first error of any.

    Each thread's connections are closed at its end. Raises AssertionError when one is not done in ``timeout`` s.
    """
    from django.db import connections

    results: list[Any] = [None] * len(works)
    errors: list[BaseException] = []
    together = threading.Barrier(len(works))

    def run(index: int, work: Callable[[], Any]) -> None:
        try:
            together.wait(timeout)
            results[index] = work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
        if thread.is_alive():
            raise AssertionError(f"Not done after {timeout} s.")
    if errors:
        raise errors[0]
    return results
