"""Waiting for what other threads and processes bring about."""

import threading
import time
from collections.abc import Callable

ENOUGH = 30.0
"""Seconds after which a wait has failed; far more than anything takes."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = ENOUGH) -> None:
    """Return as soon as ``condition()`` is true; raises AssertionError, naming ``what``, if it never is."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, f"Not within {seconds:.0f} s: {what}"
        pause.wait(0.01)
