"""Where values could lie that should not: everything that is stored, sent or said."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import redis

from common.runtime.layout import SERVICES
from tests.e2e.canaries.birds import Birds
from tests.e2e.house import House

_AROUND = 60
_PIECE = 4 * 1024 * 1024


class Search:
    """Looks for the birds and remembers where there was one."""

    def __init__(self, birds: Birds) -> None:
        self._spellings = birds.spellings()
        self._longest = max(map(len, self._spellings))
        self.found: list[str] = []
        self.bytes = 0

    def look(self, where: str, content: bytes) -> None:
        """Look through ``content``."""
        self.bytes += len(content)
        for needle, how in self._spellings.items():
            at = content.find(needle)
            if at >= 0:
                around = content[max(0, at - _AROUND) : at + len(needle) + _AROUND]
                self.found.append(f"{where} ({how}): {around!r}")

    def look_into(self, path: Path) -> None:
        """Look through a file, piece by piece."""
        kept = b""
        try:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    self.look(str(path), kept + piece)
                    kept = piece[-self._longest :]
        except FileNotFoundError:
            # A server's own file, gone while the others were read.
            return

    def look_into_all(self, folder: Path) -> None:
        """Look through every file in a folder and below."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.look_into(path)


class Listener:
    """Keeps every command that Redis is given while the block runs."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._heard: list[bytes] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._ready = threading.Event()
        self._end = f"end-{id(self)}"

    def __enter__(self) -> "Listener":
        self._thread.start()
        assert self._ready.wait(10), "Redis does not let its operator listen"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.echo(self._end)
        self._thread.join(10)

    def _listen(self) -> None:
        listening: Any = self._client
        with listening.monitor() as monitor:
            self._ready.set()
            while True:
                line = monitor.connection.read_response()
                self._heard.append(line if isinstance(line, bytes) else str(line).encode())
                if self._end.encode() in self._heard[-1]:
                    return

    @property
    def heard(self) -> bytes:
        """Everything, a command a line."""
        return b"\n".join(self._heard)


def tables_of(house: House, service: str) -> Iterator[tuple[str, bytes]]:
    """Every table of a service with its content, spelled as a dump spells it."""
    connection = house.databases.connection(service)
    names = house.databases.rows(
        service,
        "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    )
    for (name,) in names:
        with connection.cursor() as cursor, cursor.copy(f"COPY {name} TO STDOUT".encode()) as copy:
            yield f"{service}: {name}", b"".join(bytes(piece) for piece in copy)


def redis_keys(url: str) -> Iterator[tuple[str, bytes]]:
    """Every key of one of Redis's databases, with its content."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(count=1_000):
            content = client.dump(key) or b""
            yield f"Redis: {key!r}", key + b"\n" + content + b"\n" + _plain(client, key)


def _plain(client: "redis.Redis", key: bytes) -> bytes:
    """The content as a client reads it: a dump may be compressed."""
    readers: Mapping[Any, Any] = {
        b"string": client.get,
        b"list": lambda name: client.lrange(name, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda name: client.zrange(name, 0, -1, withscores=True),
        b"stream": client.xrange,
    }
    reader = readers.get(client.type(key))
    return str(reader(key)).encode() if reader else b""


def stored(house: House) -> Iterable[tuple[str, bytes]]:
    """What the databases and Redis hold."""
    for service in SERVICES:
        yield from tables_of(house, service)
    for number in (0, 1):
        yield from redis_keys(house.stack.redis_url(number))
