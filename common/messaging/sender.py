"""Sends subscribers their events through the broker: doorbells that carry the goods along.

What is lost here is pulled by the subscriber, so what was sent is remembered in memory only.
"""

from uuid import UUID

import structlog
from celery import current_app
from django.conf import settings
from redis import Redis

from common.contracts.base import to_wire
from common.messaging.backlog import has_waiting
from common.messaging.envelopes import Batch
from common.messaging.feed import feed_head, feed_page
from common.messaging.models import Subscriber

PAGE = 500
BACKLOG = 2
"""Batches that may wait in a subscriber's queue. While it is busy, or down, events gather here into larger ones:
a batch costs it a dozen milliseconds, however small it is."""
log = structlog.get_logger(__name__)


class Sender:
    """One per relay process."""

    def __init__(self) -> None:
        self._sent: dict[str, int] = {}
        self._scanned: dict[str, int] = {}
        self._epoch: UUID | None = None
        self.held_back = False
        """Whether a subscriber was too busy, the last time, to be sent all there is."""

    def forget(self) -> None:
        """Send again from what each subscriber has acknowledged: the broker has lost its messages."""
        self._sent.clear()
        self._scanned.clear()

    def send(self) -> int:
        """Send every subscriber what it has not been sent yet; returns the number of events sent.

        Raises what the broker's client raises when the broker is down.
        """
        head, epoch, _ = feed_head()
        if epoch != self._epoch:
            # The log was restored, and its positions count anew.
            self.forget()
            self._epoch = epoch
        self.held_back = False
        return sum(self._send_to(subscriber, head) for subscriber in Subscriber.objects.all())

    def _send_to(self, subscriber: Subscriber, head: int) -> int:
        name, count = subscriber.name, 0
        queue = f"{name}.events"
        sent = max(self._sent.get(name, 0), subscriber.acknowledged)
        scanned = max(self._scanned.get(name, 0), sent)
        while scanned < head:
            if has_waiting(queue, BACKLOG):
                self.held_back = True
                break
            page = feed_page(after=scanned, limit=PAGE, types=subscriber.types or None)
            if page.events:
                batch = Batch(
                    producer=page.producer, epoch=page.epoch, after=sent, upto=page.upto, events=page.events
                )
                current_app.send_task(
                    "messaging.receive_events",
                    args=[to_wire(batch)],
                    queue=queue,
                    ignore_result=True,
                )
                sent = self._sent[name] = page.upto
                count += len(page.events)
            scanned = self._scanned[name] = page.upto
        return count


class BrokerWatch:
    """Notices that the broker has lost its memory, by a key that only a loss removes."""

    def __init__(self) -> None:
        self._redis = Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)
        self._key = f"{settings.SERVICE.name}:memory"

    def lost_memory(self) -> bool:
        """Whether the key was gone; True once at the first look ever. Raises redis.RedisError when it is down."""
        return bool(self._redis.set(self._key, "1", nx=True))
