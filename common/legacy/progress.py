"""How far a command is: a bar on a terminal, a line now and then elsewhere, JSON for a program that asks."""

import json
import os
import sys
import time
from typing import Final, TextIO

# Set by a program that reads the progress itself: one JSON object a line on standard error.
VARIABLE: Final = "LEGACY_PROGRESS"
MARK: Final = "progress "
_LINE_EVERY: Final = 10.0
_JSON_EVERY: Final = 0.2
_BAR_EVERY: Final = 0.1
_WIDTH: Final = 30


class Bar:
    """The progress of one command over several tables, shown on ``stream`` (standard error)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._json = os.environ.get(VARIABLE) == "json"
        self._live = not self._json and self._stream.isatty()
        self._pause = _JSON_EVERY if self._json else _BAR_EVERY if self._live else _LINE_EVERY
        self._last = time.monotonic() if not (self._json or self._live) else 0.0
        self._began: dict[str, float] = {}

    def show(self, what: str, done: int, of: int) -> None:
        """Say that ``done`` of ``of`` rows of ``what`` are done; most calls cost a look at the clock."""
        now = time.monotonic()
        began = self._began.setdefault(what, now)
        over = done >= of
        if now - self._last < self._pause and not (over and (self._json or self._live)):
            return
        self._last = now
        if self._json:
            said = json.dumps({"what": what, "done": done, "of": of})
            print(f"{MARK}{said}", file=self._stream, flush=True)
        elif self._live:
            print(
                f"\r\x1b[K{line(what, done, of, now - began)}",
                end="\n" if over else "",
                file=self._stream,
                flush=True,
            )
        else:
            print(line(what, done, of, now - began), file=self._stream, flush=True)


def line(what: str, done: int, of: int, seconds: float) -> str:
    """A bar with its numbers, as one line."""
    share = min(done / of, 1.0) if of else 1.0
    full = round(share * _WIDTH)
    pace = f", {done / seconds:,.0f} a second" if seconds >= 1 else ""
    return f"{what:<24} [{'#' * full}{'.' * (_WIDTH - full)}] {share:4.0%} {done:,} of {of:,} rows{pace}"
