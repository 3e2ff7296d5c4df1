"""Waits for what a running system does by itself; never for a time."""

import threading
import time
from collections.abc import Callable

ENOUGH = 30.0
"""Seconds after which a wait for a condition has failed."""


def wait_until(condition: Callable[[], object], what: str, seconds: float = ENOUGH) -> float:
    """Wait until ``condition()`` is true; returns the seconds it took, raises AssertionError if it never is."""
    began = time.monotonic()
    pause = threading.Event()
    while True:
        if condition():
            return time.monotonic() - began
        if time.monotonic() - began > seconds:
            raise AssertionError(f"Not within {seconds:.0f} s: {what}")
        pause.wait(0.01)
