"""Wakes this service's relay right after a commit.

A datagram and nothing more: sending costs microseconds and can neither block nor fail the request, and
losing one costs the relay's next tick. What is to be done stands in PostgreSQL.
"""

import contextlib
import functools
import socket

from django.conf import settings
from django.db import transaction

EVENTS = b"e"
SAGAS = b"s"


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


def ring(kind: bytes) -> None:
    """Tell the relay that there is work of ``kind`` (EVENTS or SAGAS); never raises, never waits."""
    with contextlib.suppress(OSError):
        _sender(_address()).send(kind)


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
        kinds: set[bytes] = set()
        with contextlib.suppress(OSError):
            kinds.add(self._socket.recv(16))
            self._socket.setblocking(False)
            while True:
                kinds.add(self._socket.recv(16))
        return kinds

    def close(self) -> None:
        """Hear nothing more."""
        self._socket.close()
