"""A broker for tests in one process: real Redis queues, delivered one message at a time by the test."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery
from django.conf import settings as django_settings
from kombu import Queue
from redis import Redis

from common.conf.celery import load_app, make_celery, queues
from common.testing.boundaries import TASK, cross


class TestBroker:
    """Delivers what was published to this service's queues, in this process, when told to."""

    __test__ = False

    def __init__(self) -> None:
        self.app: Celery = load_app(django_settings.SERVICE)
        self.redis: Any = Redis.from_url(django_settings.REDIS_URL)
        self.loses_unacknowledged = False
        # One connection for all messages: setting one up costs more than delivering a message.
        self._connection = self.app.connection_for_read()

    def flush(self) -> None:
        """FLUSHDB: everything that was queued is gone."""
        self.redis.flushdb()

    def pending(self, *names: str) -> int:
        """How many messages wait in the queues called ``names``, or in all queues of this service."""
        chosen = names or queues(django_settings.SERVICE.name)
        return sum(self.redis.llen(name) for name in chosen)

    def messages(self, name: str) -> list[tuple[str, list[Any]]]:
        """The tasks that wait in a queue with their arguments, the oldest first; they stay there."""
        found = [json.loads(message) for message in reversed(self.redis.lrange(name, 0, -1))]
        return [(each["headers"]["task"], json.loads(base64.b64decode(each["body"]))[0]) for each in found]

    def deliver_one(self, *names: str) -> str | None:
        """Run the task of the first waiting message here; returns its name, None when nothing waits.

        The message is acknowledged after the task, as ``acks_late`` does. When the task raises (a
        simulated kill does) it goes back to its queue, or is lost if ``loses_unacknowledged``: a worker
        killed between taking a message and noting it down loses it for good.
        """
        for name in names or queues(django_settings.SERVICE.name):
            if not self.redis.llen(name):
                continue
            message = Queue(name, durable=True)(self._connection.default_channel).get(no_ack=False)
            if message is None:
                continue
            args, kwargs, _embed = message.payload
            task_name = message.headers["task"]
            try:
                cross(TASK, f"received {task_name}")
                task = self.app.tasks[task_name]
                task.push_request(**message.headers)
                try:
                    task.run(*args, **kwargs)
                finally:
                    task.pop_request()
                cross(TASK, f"unacknowledged {task_name}")
            except BaseException:
                (message.ack if self.loses_unacknowledged else message.requeue)()
                raise
            message.ack()
            return str(task_name)
        return None

    def deliver_all(self, *names: str, limit: int = 10_000) -> list[str]:
        """Deliver until nothing waits; returns the tasks' names in order."""
        done: list[str] = []
        while len(done) < limit:
            name = self.deliver_one(*names)
            if name is None:
                return done
            done.append(name)
        raise AssertionError(f"Still busy after {limit} messages: {done[-5:]}")

    def drop_one(self, name: str) -> bool:
        """Lose the first message of a queue; False when none waits."""
        return self.redis.rpop(name) is not None

    def repeat_one(self, name: str) -> None:
        """Queue the first message of a queue once more, at its end."""
        message = self.redis.lindex(name, -1)
        if message is not None:
            self.redis.lpush(name, message)

    def hold_one(self, name: str) -> tuple[str, bytes] | None:
        """Take the first message off a queue, for :meth:`put_back`; None when none waits."""
        message = self.redis.rpop(name)
        return None if message is None else (name, message)

    def put_aside(self) -> list[tuple[str, bytes]]:
        """Take everything off this service's queues, for :meth:`put_back`."""
        aside = [
            (name, message)
            for name in queues(django_settings.SERVICE.name)
            for message in self.redis.lrange(name, 0, -1)
        ]
        self.flush()
        return aside

    def put_back(self, aside: list[tuple[str, bytes]]) -> None:
        """Queue what was put aside, behind what waits."""
        for name, message in reversed(aside):
            self.redis.lpush(name, message)

    def close(self) -> None:
        """Give the connections back."""
        self._connection.release()
        self.redis.close()


@contextmanager
def broker_down(settings: Any) -> Iterator[None]:
    """Nobody listens at the broker's address while the block runs; the queues are kept meanwhile."""
    address = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    make_celery(settings.SERVICE)
    try:
        yield
    finally:
        settings.REDIS_URL = address
        load_app(settings.SERVICE).set_default()


@contextmanager
def test_broker() -> Iterator[TestBroker]:
    """A broker with empty queues before and after."""
    broker = TestBroker()
    broker.flush()
    try:
        yield broker
    finally:
        broker.flush()
        broker.close()


test_broker.__test__ = False  # type: ignore[attr-defined]
