"""A connection to a mail server that the server can neither hold for ever nor fill our memory over.

A time-out bounds each wait; a server that sends a byte now and then, or a reply without an end, keeps to every one
of them. So a whole session has a last moment, and a reply a largest size.
"""

import contextlib
import smtplib
import socket
import threading
from typing import Any, cast

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

LARGEST_REPLY = 64 * 1024


class BoundedSMTP(smtplib.SMTP):
    """Ends by itself ``settings.EMAIL_SESSION_SECONDS`` after it was begun; raises what smtplib raises."""

    _watch: threading.Timer | None = None
    _held: socket.socket | None = None
    """Another handle of the connection, whatever TLS makes of the first."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened = cast("socket.socket", super()._get_socket(host, port, timeout))  # type: ignore[misc]
        self._held = opened.dup()
        self._watch = threading.Timer(settings.EMAIL_SESSION_SECONDS, self._cut)
        self._watch.daemon = True
        self._watch.start()
        return opened

    def getreply(self) -> tuple[int, bytes]:
        """See smtplib; a reply that is too large is the end of the session."""
        if self.file is None and self.sock is not None:
            self.file = _Replies(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = LARGEST_REPLY
        return super().getreply()

    def close(self) -> None:
        """See smtplib."""
        if self._watch is not None:
            self._watch.cancel()
        if self._held is not None:
            self._held.close()
        super().close()

    def _cut(self) -> None:
        # Of every handle: closing would only let go of this one.
        with contextlib.suppress(OSError):
            if self._held is not None:
                self._held.shutdown(socket.SHUT_RDWR)


class _Replies:
    """What the server says, of which a reply may take so many bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.left = LARGEST_REPLY

    def readline(self, size: int) -> bytes:
        line: bytes = self._file.readline(size)
        self.left -= len(line)
        if self.left < 0:
            raise OSError("the reply has no end")
        return line

    def close(self) -> None:
        self._file.close()


class BoundedEmailBackend(EmailBackend):
    """Django's, over such connections."""

    connection_class = BoundedSMTP
