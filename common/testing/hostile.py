"""A service that somebody has taken over: it listens where one of ours is expected and answers whatever harms most."""

import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress

Behaviour = Callable[[socket.socket], None]
PIECE = b"x" * 65_536
GOOD_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Listener:
    """Counts who calls; for what nobody should ever be led to."""

    def __init__(self, behave: Behaviour = lambda _connection: None) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._behave = behave
        self.port: int = self._socket.getsockname()[1]
        self.connections = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["Listener"]:
        """Listen while the block runs."""
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            yield self
        finally:
            self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with closing(connection), suppress(OSError):
            self._behave(connection)


def hostile(behave: Behaviour) -> Listener:
    """A listener that reads the head of a request and then behaves so until the other side has enough."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        behave(connection)

    return Listener(answer)


def saying(*pieces: bytes) -> Behaviour:
    """Says this and ends the connection."""

    def behave(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def for_ever(before: bytes, piece: bytes, pause: threading.Event | None = None) -> Behaviour:
    """Says ``before``, then ``piece`` without end; with ``pause``, a little later each time."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(before)
        while True:
            connection.sendall(piece)
            if pause is not None:
                pause.wait(0.02)

    return behave


def with_body(body: bytes, head: bytes = GOOD_HEAD) -> Behaviour:
    """Says ``body`` and its true length."""
    return saying(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def silent(connection: socket.socket) -> None:
    """Says nothing, for as long as the other side waits."""
    connection.recv(1)


def _packed(size: int) -> bytes:
    """An empty object behind as many blanks, made without ever having them all."""
    packer = zlib.compressobj(wbits=31)
    blanks = b" " * 1_000_000
    pieces = [packer.compress(blanks) for _ in range(size // len(blanks))]
    return b"".join([*pieces, packer.compress(b"{}"), packer.flush()])


_DRIP = threading.Event()
HOSTILE_ANSWERS: Mapping[str, Behaviour] = {
    "nothing, for ever": silent,
    "nothing, and the end": saying(),
    "no HTTP": saying(b"220 mail.example ESMTP\r\n"),
    "noise": saying(bytes(range(256)) * 100),
    "an error": saying(b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}"),
    "come back later": saying(b"HTTP/1.1 503 No\r\nRetry-After: 1e99\r\nContent-Length: 0\r\n\r\n"),
    "a page": with_body(b"<html>it works</html>", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
    "another type": with_body(b'"a text"'),
    "a list": with_body(b"[[], [], []]"),
    "half of it": with_body(b'{"keys": ['),
    "no UTF-8": with_body(b'{"keys": "\xff\xfe"}'),
    "a lone surrogate": with_body(b'{"keys": "\\ud800"}'),
    "deep": with_body(b'{"keys": %s}' % (b"[" * 20_000 + b"]" * 20_000)),
    "a length that is too long": saying(GOOD_HEAD + b"Content-Length: 50\r\n\r\n{}"),
    "a length that is too short": saying(GOOD_HEAD + b'Content-Length: 2\r\n\r\n""{"keys": []}'),
    "a length beyond all": saying(GOOD_HEAD + b"Content-Length: 99999999999999\r\n\r\n{"),
    "no length at all": for_ever(GOOD_HEAD + b"Content-Length: -1\r\n\r\n", PIECE),
    "a body without end": for_ever(GOOD_HEAD + b"\r\n", PIECE),
    "pieces without end": for_ever(
        GOOD_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + PIECE + b"\r\n"
    ),
    "a body in drops": for_ever(GOOD_HEAD + b"\r\n", b" ", _DRIP),
    "a head in drops": for_ever(GOOD_HEAD + b"X-Slow: ", b"a", _DRIP),
    "a head without end": for_ever(GOOD_HEAD, b"X-More: %s\r\n" % PIECE),
    "patience without end": for_ever(b"", b"HTTP/1.1 103 Wait\r\n\r\n", _DRIP),
    "packed": with_body(_packed(80_000_000), GOOD_HEAD + b"Content-Encoding: gzip\r\n"),
}
"""What no service of ours ever says, by what is wrong with it; none of it may do more than cost one request."""
