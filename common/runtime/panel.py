"""How far several commands are at once: a line each on a terminal, a line now and then elsewhere."""

import json
import sys
import threading
import time
from dataclasses import dataclass
from typing import Final, TextIO

# What a command writes before each JSON object about its progress; see common/legacy/progress.py.
MARK: Final = "progress "
_LINE_EVERY: Final = 10.0
_WIDTH: Final = 24


@dataclass
class _Task:
    what: str = "starting"
    done: int = 0
    of: int = 0
    began: float = 0.0

    def line(self, name: str) -> str:
        if not self.of:
            return f"{name:<13} {self.what}"
        share = min(self.done / self.of, 1.0)
        full = round(share * _WIDTH)
        seconds = time.monotonic() - self.began
        pace = f", {self.done / seconds:,.0f} a second" if seconds >= 1 else ""
        bar = "#" * full + "." * (_WIDTH - full)
        return f"{name:<13} [{bar}] {share:4.0%} {self.what}: {self.done:,} of {self.of:,} rows{pace}"


class Panel:
    """The lines of the commands under way, by name; safe to use from several threads."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._live = self._stream.isatty()
        self._tasks: dict[str, _Task] = {}
        self._shown = 0
        self._last = time.monotonic()
        self._lock = threading.Lock()

    def begin(self, name: str) -> None:
        """Show that ``name`` has started."""
        with self._lock:
            self._tasks[name] = _Task()
            self._draw()

    def move(self, name: str, said: str) -> bool:
        """Take in a line that ``name`` has written; False when it is not about progress."""
        if not said.startswith(MARK):
            return False
        try:
            told = json.loads(said.removeprefix(MARK))
            what, done, of = str(told["what"]), int(told["done"]), int(told["of"])
        except (ValueError, KeyError, TypeError):
            return False
        with self._lock:
            task = self._tasks.setdefault(name, _Task())
            if task.what != what:
                self._tasks[name] = task = _Task(what, began=time.monotonic())
            task.done, task.of = done, of
            if self._live:
                self._draw()
            elif time.monotonic() - self._last >= _LINE_EVERY:
                self._last = time.monotonic()
                for other, each in self._tasks.items():
                    self._write(f"{each.line(other)}\n")
        return True

    def end(self, name: str, sentence: str) -> None:
        """Leave a last line about ``name`` above those that are still under way."""
        with self._lock:
            self._tasks.pop(name, None)
            self._draw(f"{name:<13} {sentence}\n")

    def _draw(self, above: str = "") -> None:
        if not self._live:
            self._write(above)
            return
        up = f"\x1b[{self._shown}A\r\x1b[J" if self._shown else ""
        lines = "".join(f"{task.line(name)}\n" for name, task in self._tasks.items())
        self._shown = len(self._tasks)
        self._write(f"{up}{above}{lines}")

    def _write(self, text: str) -> None:
        if text:
            print(text, end="", file=self._stream, flush=True)
