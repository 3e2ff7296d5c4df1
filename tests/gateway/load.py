"""People who go on asking at a steady rate, whether they are answered or not."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

_PATIENCE: Final = 40.0
# Shorter than the gateway keeps an idle connection.
_OLDEST_CONNECTION: Final = 5.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter, float]


@dataclass(frozen=True)
class Request:
    """One request; ``who`` is only for the one who counts."""

    method: str
    path: str
    headers: str
    who: str = ""


@dataclass(frozen=True)
class Answer:
    """How a request went; ``status`` is 0 when there was no whole answer. Times are monotonic seconds."""

    request: Request
    began: float
    ended: float
    status: int
    side: str
    problem: str = ""

    @property
    def failed(self) -> bool:
        """Whether it was not answered as it should be."""
        return not 200 <= self.status < 300


@dataclass
class Load:
    """Sends ``rate`` requests a second, every other one on a new connection, until the block ends."""

    host: str
    port: int
    rate: float
    next_request: Callable[[int], Request]
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._idle: deque[Connection] = deque()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._send_all()), daemon=True)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def failures(self) -> list[str]:
        """What went wrong, in words."""
        return [
            f"{each.request.method} {each.request.path}: {each.status} {each.problem} ({each.side})"
            for each in self.answers
            if each.failed
        ]

    def since(self, moment: float) -> list[Answer]:
        """The answers to what was asked after a moment."""
        return [answer for answer in self.answers if answer.began > moment]

    def percentile(self, part: float) -> float:
        """Milliseconds within which that part of the answers came."""
        took = sorted(each.ended - each.began for each in self.answers)
        return 1000 * took[int(part * (len(took) - 1))]

    async def _send_all(self) -> None:
        began, number = time.monotonic(), 0
        under_way: set[asyncio.Task[None]] = set()
        while not self._over.is_set():
            while number < (time.monotonic() - began) * self.rate:
                task = asyncio.create_task(self._send(self.next_request(number), reuse=bool(number % 2)))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                number += 1
            await asyncio.sleep(0.002)
        await asyncio.gather(*under_way)
        for _reader, writer, _since in self._idle:
            writer.close()

    async def _send(self, request: Request, *, reuse: bool) -> None:
        began = time.monotonic()
        try:
            status, side = await asyncio.wait_for(self._ask(request, reuse=reuse), _PATIENCE)
            answer = Answer(request, began, time.monotonic(), status, side)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            answer = Answer(request, began, time.monotonic(), 0, "", repr(error))
        self.answers.append(answer)

    async def _ask(self, request: Request, *, reuse: bool) -> tuple[int, str]:
        reader, writer, _since = await self._connection(reuse=reuse)
        kept = False
        try:
            ending = "" if reuse else "Connection: close\r\n"
            writer.write(
                f"{request.method} {request.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
                f"Content-Length: 0\r\n{request.headers}{ending}\r\n".encode()
            )
            status, headers = _head((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
            await _body(reader, headers)
            kept = reuse and headers.get("connection", "") != "close"
            if kept:
                self._idle.append((reader, writer, time.monotonic()))
            return status, headers.get("x-side", "")
        finally:
            if not kept:
                writer.close()

    async def _connection(self, *, reuse: bool) -> Connection:
        while reuse and self._idle:
            reader, writer, since = self._idle.popleft()
            if time.monotonic() - since < _OLDEST_CONNECTION and not reader.at_eof():
                return reader, writer, since
            writer.close()
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        return reader, writer, time.monotonic()


def _head(text: str) -> tuple[int, dict[str, str]]:
    first, *lines = text.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> None:
    if "chunked" not in headers.get("transfer-encoding", ""):
        await reader.readexactly(int(headers.get("content-length", "0")))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
