"""Lines that say what is going on and how long it has taken; a live counter on a terminal."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

_FRAMES = "|/-\\"
_TERMINAL_TICK = 0.2
_HEARTBEAT = 20.0


class Step:
    """A step under way; set ``detail`` to tell how far it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.detail = ""
        self.began = time.monotonic()

    def line(self) -> str:
        """The step, its detail and its own seconds."""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.text}{detail} ({time.monotonic() - self.began:.1f} s)"


class Progress:
    """Prints each finished step as one line that begins with the seconds since the start."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._began = time.monotonic()
        self._live = self._stream.isatty()
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Prints one line with the elapsed seconds."""
        self.show(f"[{time.monotonic() - self._began:5.1f} s] {text}")

    def show(self, text: str) -> None:
        """Prints text as it is, above the step that is under way."""
        with self._lock:
            clear = "\r\x1b[K" if self._live else ""
            # Who read this may be gone; what looks after processes must not end by talking about it.
            with suppress(OSError, ValueError):
                print(f"{clear}{text}", file=self._stream, flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[Step]:
        """Shows a step while it runs and prints it when it has succeeded; a failure is left to its error."""
        step, over = Step(text), threading.Event()
        ticker = threading.Thread(target=self._tick, args=(step, over), daemon=True)
        ticker.start()
        try:
            yield step
        finally:
            over.set()
            ticker.join()
            if self._live:
                with self._lock:
                    print("\r\x1b[K", end="", file=self._stream, flush=True)
        self.say(step.line())

    def _tick(self, step: Step, over: threading.Event) -> None:
        count = 0
        while not over.wait(_TERMINAL_TICK if self._live else _HEARTBEAT):
            count += 1
            if self._live:
                with self._lock:
                    frame = _FRAMES[count % len(_FRAMES)]
                    print(f"\r\x1b[K{frame} {step.line()}", end="", file=self._stream, flush=True)
            else:
                self.say(f"still at it: {step.line()}")
