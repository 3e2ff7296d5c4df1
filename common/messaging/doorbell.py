"""Wakes this service's relay right after a commit.

A datagram and nothing more: sending costs microseconds and can neither block nor fail the request, and
losing one costs the relay's next tick. What is to be done stands in PostgreSQL. It carries a mark that only
processes of this service can make, so that nobody else keeps the relay busy; hearing an old one again would
make it look once more, which it does by itself every half second.
"""

import contextlib
import functools
import hmac
import socket

from django.conf import settings
from django.db import transaction

from common.messaging.refusals import Reason, refuse

EVENTS = b"e"
SAGAS = b"s"
KINDS = (EVENTS, SAGAS)
LONGEST = 64
DRAINED = 1_000
"""Bells heard at once at the most: whoever rings without end must not keep the relay from its work."""


def _address() -> tuple[str, int]:
    host, _, port = settings.WAKE_ADDRESS.rpartition(":")
    return host, int(port)


@functools.cache
def _sender(address: tuple[str, int]) -> socket.socket:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setblocking(False)
    with contextlib.suppress(OSError):
        sender.connect(address)
    return sender


@functools.lru_cache(maxsize=8)
def _marks(secret: str) -> dict[bytes, bytes]:
    """The datagram of each kind, by what it says to the relay."""
    return {hmac.digest(secret.encode(), b"doorbell " + kind, "sha256"): kind for kind in KINDS}


def _marked(kind: bytes) -> bytes:
    return next(mark for mark, of in _marks(settings.SECRET_KEY).items() if of == kind)


def ring(kind: bytes) -> None:
    """Tell the relay that there is work of ``kind`` (EVENTS or SAGAS); never raises, never waits."""
    with contextlib.suppress(OSError):
        _sender(_address()).send(_marked(kind))


def ring_on_commit(kind: bytes) -> None:
    """Ring when the current transaction has committed."""
    transaction.on_commit(functools.partial(ring, kind), robust=True)


class Doorbell:
    """The relay's end."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(_address())

    def wait(self, seconds: float) -> set[bytes]:
        """The kinds rung since the last call, waiting up to ``seconds`` for the first; empty on time-out."""
        self._socket.settimeout(seconds)
        heard = []
        with contextlib.suppress(OSError):
            heard.append(self._socket.recv(LONGEST))
            self._socket.setblocking(False)
            while len(heard) < DRAINED:
                heard.append(self._socket.recv(LONGEST))
        kinds = [_marks(settings.SECRET_KEY).get(bell) for bell in heard]
        if forged := kinds.count(None):
            refuse(Reason.BELL, count=forged)
        return {kind for kind in kinds if kind}

    def close(self) -> None:
        """Hear nothing more."""
        self._socket.close()
