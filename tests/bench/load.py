"""Clients that ask for one address as fast as they are answered, cheap enough to leave the cores to the server."""

import asyncio
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Load:
    """Seconds of each answer, and how long all of it took."""

    seconds: list[float] = field(default_factory=list)
    took: float = 0.0
    size: int = 0
    """Bytes of an answer's body."""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took


def load(url: str, *, token: str = "", clients: int, seconds: float) -> Load:
    """Ask for ``url`` with ``clients`` kept-open connections; raises RuntimeError for an answer but 200."""
    return asyncio.run(_run(url, token, clients, seconds))


async def _run(url: str, token: str, clients: int, seconds: float) -> Load:
    found = Load()
    began = time.monotonic()
    await asyncio.gather(*(_client(url, token, began + seconds, found) for _ in range(clients)))
    found.took = time.monotonic() - began
    return found


async def _client(url: str, token: str, until: float, found: Load) -> None:
    parts = urlsplit(url)
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    request = (
        f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n"
        f"{authorization}\r\n"
    ).encode()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
    try:
        while time.monotonic() < until:
            began = time.monotonic()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            status = head.partition(b"\r\n")[0]
            size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(size)
            found.seconds.append(time.monotonic() - began)
            found.size = size
            if b" 200 " not in status:
                raise RuntimeError(f"{url}: {status!r} {body[:500]!r}")
    finally:
        writer.close()
