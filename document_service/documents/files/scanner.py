"""Asking a clamd whether a file is infected, over its INSTREAM protocol."""

import contextlib
import socket
import struct
import time
from dataclasses import dataclass
from typing import IO, Final

from django.conf import settings

PIECE: Final = 65_536
LONGEST_ANSWER: Final = 4_096
WAITS: Final = 5
"""How many times ``CLAMD_SECONDS``, which bounds each wait, a whole scan may take."""


class ScannerUnavailable(Exception):  # noqa: N818 - nobody is told of it
    """The scanner cannot be reached, is too slow, or does not know what to say."""


@dataclass(frozen=True)
class Finding:
    """What a scanner says; ``signature`` is the name of what it found, empty for a clean file."""

    signature: str = ""


def scanner_address() -> str:
    """Where the scanner listens; empty when none is set up."""
    return str(settings.CLAMD_ADDRESS)


def scan(file: IO[bytes]) -> Finding:
    """Send an open file to the scanner; raises ScannerUnavailable."""
    file.seek(0)
    over = time.monotonic() + settings.CLAMD_SECONDS * WAITS
    try:
        with contextlib.closing(_connected(scanner_address())) as connection:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(PIECE):
                _wait_until(connection, over)
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
            return _finding(_answer(connection, over))
    except (OSError, ValueError) as error:
        raise ScannerUnavailable(str(error)) from error
    finally:
        file.seek(0)


def _connected(address: str) -> socket.socket:
    seconds: float = settings.CLAMD_SECONDS
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(seconds)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=seconds)


def _wait_until(connection: socket.socket, over: float) -> None:
    """Let the next step take what is left; raises TimeoutError when nothing is."""
    left = over - time.monotonic()
    if left <= 0:
        raise TimeoutError("the scanner takes too long")
    connection.settimeout(min(left, settings.CLAMD_SECONDS))


def _answer(connection: socket.socket, over: float) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        _wait_until(connection, over)
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _finding(answer: str) -> Finding:
    """``stream: OK``, ``stream: NAME FOUND``, or an error."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return Finding()
    if said.endswith(" FOUND"):
        return Finding(said.removesuffix(" FOUND")[:255])
    raise ScannerUnavailable(answer or "no answer")
