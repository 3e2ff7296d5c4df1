"""Slowing down whoever guesses or floods: counters by account and by address.

They are kept in Redis, where one transaction counts and reads. A limit that is ``durable`` is counted in PostgreSQL,
too: emptying or forging Redis opens no account to guessing. While Redis does not answer, PostgreSQL counts the others
as well, so that nothing is closed and nothing is open that was not before.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.utils import timezone
from django_redis import get_redis_connection
from prometheus_client import Counter
from redis.exceptions import RedisError

from auth_service.users.exceptions import TooManyAttemptsError
from auth_service.users.models import SignInAttempts

REFUSED: Final = Counter("hrms_auth_limited", "Requests refused because there were too many.", ["limit"])
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limit:
    """``times`` in ``window``, from the first on; counted by whatever ``who`` the caller gives."""

    name: str
    times: int
    window: timedelta
    durable: bool = False


@dataclass(frozen=True)
class Count:
    """How often it was by now, and how many seconds until the counter starts again."""

    times: int
    seconds_left: float


_QUARTER: Final = timedelta(minutes=15)
ACCOUNT: Final = Limit("account", 10, _QUARTER, durable=True)
# Wrong codes of a second factor, by somebody who has the password: 60 in a day of a million.
CODES: Final = Limit("codes", 20, timedelta(days=1), durable=True)
# An office has one address; its people mistype their passwords, too.
ADDRESS: Final = Limit("address", settings.SIGN_IN_FAILURES_PER_ADDRESS, _QUARTER)
REGISTRATIONS: Final = Limit("registrations", 50, timedelta(hours=1))
MAILS: Final = Limit("mails", 50, timedelta(hours=1))
MAILS_TO_ONE: Final = Limit("mails to one", 5, timedelta(hours=1))
LINKS: Final = Limit("links", 100, _QUARTER)
LONGEST: Final = max(
    limit.window for limit in (ACCOUNT, CODES, ADDRESS, REGISTRATIONS, MAILS, MAILS_TO_ONE, LINKS)
)


def limit_count(limit: Limit, who: str) -> None:
    """Count one more time for ``who``; raises TooManyAttemptsError beyond the limit.

    It counts before the work that it protects, so parallel requests cannot slip through.
    """
    key = _key(limit, who)
    count = _count_in_redis(key, limit)
    if count is None or (limit.durable and count.times <= limit.times):
        count = _count_in_table(key, limit)
    if count.times > limit.times:
        REFUSED.labels(limit.name).inc()
        raise TooManyAttemptsError(retry_after=count.seconds_left)


def limit_forget(limit: Limit, who: str) -> None:
    """Start anew for ``who``: what they did was right."""
    key = _key(limit, who)
    _tried_in_redis(lambda redis: redis.delete(_name(key)))
    SignInAttempts.objects.filter(key=key).delete()


def limit_take_back(limit: Limit, who: str) -> None:
    """Count one time less for ``who``: this one was right, but what others did there still counts."""
    key = _key(limit, who)
    if not _tried_in_redis(lambda redis: _take_back(redis, _name(key))):
        SignInAttempts.objects.filter(key=key, attempts__gt=0).update(attempts=F("attempts") - 1)


def limits_purge() -> int:
    """Delete counters that are over; returns how many."""
    deleted, _ = SignInAttempts.objects.filter(since__lt=timezone.now() - LONGEST).delete()
    return deleted


def _key(limit: Limit, who: str) -> str:
    """What a counter is kept under: never the address itself."""
    return hashlib.sha256(f"{limit.name}:{who}".encode()).hexdigest()


def _name(key: str) -> str:
    return str(cache.make_key(f"limit:{key}"))


def _tried_in_redis(what: Callable[[Any], Any]) -> bool:
    try:
        what(get_redis_connection("default"))
    except (RedisError, OSError) as error:
        log.warning("limits are counted without redis", error=repr(error))
        return False
    return True


def _count_in_redis(key: str, limit: Limit) -> Count | None:
    """The count after this time; None while Redis does not answer."""
    counts: list[Count] = []
    milliseconds = int(limit.window.total_seconds() * 1000)

    def count(redis: Any) -> None:
        with redis.pipeline(transaction=True) as together:
            together.set(_name(key), 0, px=milliseconds, nx=True)
            together.incr(_name(key))
            together.pttl(_name(key))
            _set, times, left = together.execute()
        counts.append(Count(int(times), max(int(left), 0) / 1000))

    return counts[0] if _tried_in_redis(count) else None


def _take_back(redis: Any, name: str) -> None:
    with redis.pipeline(transaction=True) as together:
        together.decr(name)
        together.pttl(name)
        _times, left = together.execute()
    if left < 0:  # it was over already: a counter without an end must not stay
        redis.delete(name)


def _count_in_table(key: str, limit: Limit) -> Count:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sign_in_attempts AS kept (key, attempts, since) VALUES (%(key)s, 1, %(now)s)"
            " ON CONFLICT (key) DO UPDATE SET"
            " attempts = CASE WHEN kept.since < %(expired)s THEN 1 ELSE kept.attempts + 1 END,"
            " since = CASE WHEN kept.since < %(expired)s THEN %(now)s ELSE kept.since END"
            " RETURNING attempts, since",
            {"key": key, "now": now, "expired": now - limit.window},
        )
        times, since = cursor.fetchone()
    return Count(times, (since + limit.window - now).total_seconds())
