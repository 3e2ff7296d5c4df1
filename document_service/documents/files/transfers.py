"""Long transfers, of which only so many may run at once.

A file on its way to or from a slow client holds a thread of the web process for minutes. Some threads must stay
free for everybody else: whoever would take one of those is asked to come again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.errors import ServiceUnavailableError


class TooManyTransfersError(ServiceUnavailableError):
    """As many files are under way as may be."""

    code = "TOO_MANY_TRANSFERS"
    default_message = _("Too many files are being transferred right now. Try again shortly.")
    retry_after = 2


class Transfer:
    """One file under way, until it is ended; ending it again does nothing."""

    _running = 0
    _lock = threading.Lock()

    def __init__(self) -> None:
        with self._lock:
            if Transfer._running >= settings.DOCUMENT_TRANSFERS:
                raise TooManyTransfersError
            Transfer._running += 1
        self._ended = False

    def end(self) -> None:
        """Let another one begin."""
        with self._lock:
            if not self._ended:
                self._ended = True
                Transfer._running -= 1


@contextmanager
def transfer() -> Iterator[None]:
    """Run the block as one of the transfers; raises TooManyTransfersError."""
    running = Transfer()
    try:
        yield
    finally:
        running.end()
