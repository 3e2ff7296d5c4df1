"""What a signal from the person or the machine means to a program that has a system to stop."""

import signal
import threading
from types import FrameType


class Interruption:
    """The first signal interrupts whatever is being waited for, a later one asks for hurry.

    Set ``stopping`` when the end has begun for another reason; ``hurry`` is for :meth:`Stack.stop`.
    """

    def __init__(self) -> None:
        self.hurry = threading.Event()
        self.stopping = False
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._received)

    def _received(self, _signum: int, _frame: FrameType | None) -> None:
        if self.stopping:
            self.hurry.set()
            return
        self.stopping = True
        raise KeyboardInterrupt
