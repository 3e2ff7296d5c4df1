"""Kills processes and empties the broker, in an order that a seed gives."""

import threading
from collections import Counter
from collections.abc import Callable
from random import Random
from types import TracebackType

from common.runtime.stack import Stack

VICTIMS = tuple(
    (service, process) for service in ("auth", "company", "employee") for process in ("worker", "relay")
)
EVERY = 2.0


class Chaos:
    """While the block runs, a process dies by kill -9 every two seconds, and the broker loses all twice.

    Args:
        stack: The system to treat badly.
        seed: Gives the order of the victims.
        progress: How much of the work is done, from 0 to 1; the broker is emptied at a third and two thirds.
    """

    def __init__(self, stack: Stack, seed: int, progress: Callable[[], float]) -> None:
        self.kills: Counter[str] = Counter()
        self.flushes = 0
        self._stack = stack
        self._random = Random(seed)
        self._progress = progress
        self._over = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._kill, self._flush)]

    def __enter__(self) -> "Chaos":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _kill(self) -> None:
        while not self._over.wait(EVERY):
            service, process = self._random.choice(VICTIMS)
            self._stack.process(service, process).kill9()
            self.kills[f"{service}-{process}"] += 1

    def _flush(self) -> None:
        for part in (1 / 3, 2 / 3):
            while self._progress() < part:
                if self._over.wait(0.05):
                    return
            self._stack.flush_broker()
            self.flushes += 1
