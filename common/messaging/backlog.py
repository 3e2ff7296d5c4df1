"""Whether a queue is so long that one more message would help nobody.

What rings again and again must not fill the broker while a worker is down: there would be hours of bells to
work off before the first command. What is left out stands in PostgreSQL.
"""

import functools
from typing import Any

from django.conf import settings
from redis import Redis


@functools.cache
def _client(url: str) -> Any:
    return Redis.from_url(url, socket_timeout=2, socket_connect_timeout=1)


def has_waiting(queue: str, limit: int) -> bool:
    """Whether at least ``limit`` messages wait in ``queue``; raises redis.RedisError when the broker is down."""
    return bool(_client(settings.REDIS_URL).llen(queue) >= limit)
