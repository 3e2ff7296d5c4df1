"""Celery's way to Redis: every message is signed when it goes out, and looked at before anything touches it.

What does not pass is gone from the queue, counted and logged, so that a forged or broken message can neither run
nor stop a worker. Scripts are not used and no keys but the service's own and the queues: see
common/runtime/redis_users.py for what its Redis user may do.
"""

import time
from queue import Empty
from typing import Any

from kombu.transport import redis
from kombu.utils.json import loads

from common.messaging.gate import admit
from common.messaging.signatures import sealed


class SignedQoS(redis.QoS):
    """Gives back what a dead worker held, without the lock that would need a script on the server."""

    def restore_visible(self, start: int = 0, num: int | None = 10, interval: int = 10) -> None:
        """Queue again what was taken longer than the visibility timeout ago; one worker at a time looks.

        ``num`` is how many at most, None for all, as a worker that starts asks.
        """
        channel: Any = self.channel
        with channel.conn_or_acquire() as client:
            if not client.set(self.unacked_mutex_key, "1", nx=True, ex=self.unacked_mutex_expire):
                return
            latest = time.time() - self.visibility_timeout
            most = -1 if num is None else num
            tags = client.zrange(self.unacked_index_key, 0, latest, byscore=True, offset=start, num=most)
            for tag in tags:
                self.restore_by_tag(tag, client)


class SignedChannel(redis.Channel):
    """A channel that signs what it sends and takes only what was signed for its queue."""

    QoS = SignedQoS

    def _put(self, queue: str, message: dict[str, Any], **kwargs: Any) -> None:
        super()._put(queue, sealed(queue, message), **kwargs)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        with self.conn_or_acquire() as client:
            while item := client.rpop(queue):
                admitted = admit(queue, item)
                if admitted is not None:
                    return loads(admitted)
        raise Empty

    def _create_client(self, asynchronous: bool = False) -> Any:
        client = super()._create_client(asynchronous)  # type: ignore[misc]  # kombu's types lack it
        if asynchronous:
            # The one that a worker waits for messages with.
            client.set_response_callback("BRPOP", _admitted)
        return client

    def _put_fanout(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing: what workers tell each other about themselves is heard by nobody here."""

    def _queue_bind(self, *_args: Any) -> None:
        """Nothing: messages go to queues by their names, and a table of bindings could be forged."""


def _admitted(reply: Any) -> Any:
    """The reply to BRPOP when its message may be handled, else as if none had come."""
    if not reply:
        return None
    queue, item = reply
    admitted = admit(queue.decode(), item)
    return None if admitted is None else (queue, admitted)


class SignedTransport(redis.Transport):
    """Redis, with signed messages."""

    Channel = SignedChannel
