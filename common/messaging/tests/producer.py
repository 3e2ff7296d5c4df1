"""A service as others see it: a feed over HTTP, whose log the test writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec

from common.messaging.envelopes import Envelope, FeedPage
from common.messaging.tests.events import EPOCH
from common.security.tests.key_server import Server


class Producer:
    """Serves its log in pages, as the feed endpoint does."""

    def __init__(self, name: str = "company") -> None:
        self.name = name
        self.log: list[Envelope] = []
        self.epoch: UUID = EPOCH
        self.pruned_to = 0
        self.server = Server()
        self.server.answer = self._answer

    @property
    def asked(self) -> list[dict[str, str]]:
        """The parameters of every request so far."""
        return [_parameters(path) for path, _body in self.server.requests]

    def page(self, *, after: int = 0, limit: int = 500, types: str = "", aggregate_id: str = "") -> FeedPage:
        """What it answers."""
        head = max((event.position for event in self.log), default=0)
        events = [
            event
            for event in self.log
            if event.position > max(after, self.pruned_to)
            and (not types or event.type in types.split(","))
            and (not aggregate_id or event.aggregate_id == UUID(aggregate_id))
        ][:limit]
        upto = events[-1].position if len(events) == limit else max(head, after)
        return FeedPage(
            producer=self.name,
            epoch=self.epoch,
            after=after,
            upto=upto,
            head=head,
            first=self.pruned_to + 1,
            events=events,
        )

    def _answer(self, path: str, _body: bytes) -> tuple[int, dict[str, str], Any]:
        given: dict[str, Any] = _parameters(path)
        given |= {name: int(given[name]) for name in ("after", "limit") if name in given}
        return 200, {"Content-Type": "application/json"}, msgspec.json.encode(self.page(**given))


@contextmanager
def running_producer(settings: Any, name: str = "company") -> Iterator[Producer]:
    """A producer that answers at that service's address while the block runs."""
    producer = Producer(name)
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, name: producer.server.url}
    with producer.server.running():
        yield producer


def _parameters(path: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
