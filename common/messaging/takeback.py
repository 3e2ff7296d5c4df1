"""Takes back what a killed worker had in hand, without waiting for the broker's visibility timeout.

What a living worker has in hand is delivered twice by this, which changes nothing: every message may be
repeated at any time. Waiting would cost the sagas that travel in it two minutes.
"""

import json
from collections.abc import Collection
from typing import Any

import structlog
from celery.signals import worker_ready
from django.conf import settings

from common.conf.celery import queues

log = structlog.get_logger(__name__)


def take_back(channel: Any, names: Collection[str]) -> int:
    """Put the unacknowledged messages of these queues back on them; returns how many.

    A message is taken back once: one that kills every worker that takes it must not do so at each start.

    Args:
        channel: A channel of kombu's Redis transport.
        names: The queues' names.
    """
    with channel.conn_or_acquire() as client:
        held = client.hgetall(channel.unacked_key)
    tags = [tag.decode() for tag, entry in held.items() if _is_first_time(entry, names)]
    for tag in tags:
        channel.qos.restore_by_tag(tag)
    return len(tags)


def _is_first_time(entry: bytes, names: Collection[str]) -> bool:
    message, _exchange, queue = json.loads(entry)
    return queue in names and not message.get("headers", {}).get("redelivered", False)


@worker_ready.connect
def take_back_at_start(sender: Any, **_kwargs: Any) -> None:
    """A worker starts: the one before it may have been killed."""
    with sender.app.connection_for_write() as connection:
        try:
            count = take_back(connection.default_channel, queues(settings.SERVICE.name))
        except connection.connection_errors:
            # The broker is down. Feeds are polled and commands are repeated anyway.
            log.warning("unacknowledged messages stay where they are", exc_info=True)
            return
    if count:
        log.warning("took back what a killed worker had in hand", messages=count)
