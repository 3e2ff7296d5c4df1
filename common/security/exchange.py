"""Requests to other services: as much as is good for us, for as long, and nobody else than who was meant.

Whoever has taken over one service answers the others in its name. So an answer has a largest size and a last
moment, counted from the request's first byte and not from the last one that dripped in; nothing is unpacked, no
redirection is followed, no proxy of the environment is used, and what comes is only ever read as the one type
that was asked for.
"""

import ssl
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

import httpcore
import msgspec
from django.conf import settings

CONNECT_SECONDS: Final = 2.0
CONNECTIONS: Final = 100
OK: Final = 200
AnswerT = TypeVar("AnswerT")
_ASKED: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}
_TROUBLE: Final = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
    OSError,
)
_last_moment: ContextVar[float] = ContextVar("last_moment")


class PeerError(Exception):
    """The service did not answer, or not as one of ours; the message never repeats what it answered."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may take, and how many bytes it may have."""

    seconds: float
    largest: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, whatever its status."""

    status: int
    content: bytes

    def read(self, decoder: "msgspec.json.Decoder[AnswerT]", *, status: int = OK) -> AnswerT:
        """The content as what ``decoder`` reads; raises PeerError for another status, and for anything else."""
        if self.status != status:
            raise PeerError(f"answered {self.status}")
        try:
            return decoder.decode(self.content)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise PeerError(f"{type(error).__name__}: not what was asked for") from error


def exchange(
    url: str, limits: Limits, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """The answer of whoever listens at ``url``; raises PeerError."""
    before = _last_moment.set(time.monotonic() + limits.seconds)
    waits = {"connect": min(CONNECT_SECONDS, limits.seconds), "pool": limits.seconds}
    try:
        with _connections().stream(
            "GET" if content is None else "POST",
            url,
            headers=[*_ASKED.items(), *(headers or {}).items()],
            content=content,
            extensions={"timeout": waits},
        ) as response:
            return Answer(response.status, _received(response, limits.largest))
    except _TROUBLE as error:
        raise PeerError(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        _last_moment.reset(before)


def _received(response: httpcore.Response, largest: int) -> bytes:
    said = {name.lower(): value for name, value in response.headers}
    if said.get(b"content-encoding", b"identity") != b"identity":
        raise PeerError("the answer is packed")
    length = said.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > largest:
        raise PeerError(f"the answer has more than {largest} bytes")
    body = bytearray()
    for piece in response.iter_stream():
        body += piece
        if len(body) > largest:
            raise PeerError(f"the answer has more than {largest} bytes")
    return bytes(body)


def _seconds_left(timeout: float | None = None) -> float:
    left = _last_moment.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the answer took too long")
    return left if timeout is None else min(left, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection on which every wait ends at the request's last moment."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _seconds_left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _seconds_left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Network(httpcore.SyncBackend):
    """Plain connections, each of them a stream with a last moment."""

    def connect_tcp(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(*args, **kwargs))


@cache
def _connections() -> httpcore.ConnectionPool:
    return httpcore.ConnectionPool(
        ssl_context=_trust(), max_connections=CONNECTIONS, keepalive_expiry=5.0, network_backend=_Network()
    )


def _trust() -> ssl.SSLContext:
    """Who is believed to be a service: the authorities of SERVICE_CA_FILE, and not those that sign the web's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if settings.SERVICE_CA_FILE:
        context.load_verify_locations(settings.SERVICE_CA_FILE)
    return context
