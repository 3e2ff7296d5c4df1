"""The cache: what somebody else wrote into Redis is not read from it.

An entry carries a signature over its key and its value with the service's secret key. One that is forged, changed
or copied from another key counts as missing. An old entry may still be put back under its own key, so what can be
taken away from somebody - a session, a right - stands in the database and never in the cache alone.
"""

import json
from typing import Any

from django.core.signing import BadSignature, Signer
from django_redis.cache import RedisCache

from common.messaging.refusals import Reason, refuse

_NOTHING = object()


class SignedRedisCache(RedisCache[Any]):  # type: ignore[misc]  # django-redis is not typed
    """Django's cache over Redis with signed entries; counters are Redis's own, by ``get_redis_connection``."""

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep a JSON-able value."""
        return super().set(key, self._signed(key, value, kwargs.get("version")), *args, **kwargs)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep a JSON-able value unless the key has one."""
        return super().add(key, self._signed(key, value, kwargs.get("version")), *args, **kwargs)

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Keep several values, one after the other."""
        for key, value in data.items():
            self.set(key, value, *args, **kwargs)
        return []

    def get(self, key: Any, default: Any = None, version: int | None = None, client: Any = None) -> Any:
        """The value that this service kept, or ``default``."""
        try:
            stored = super().get(key, _NOTHING, version, client)
            if stored is _NOTHING:
                return default
            return json.loads(self._signer(key, version).unsign(stored))
        except (BadSignature, ValueError, TypeError, AttributeError, RecursionError):
            refuse(Reason.CACHE, key=str(key)[:100])
            self.delete(key, version=version)
            return default

    def get_many(self, keys: Any, version: int | None = None, client: Any = None) -> dict[Any, Any]:
        """The values of those keys that have one."""
        found = {key: self.get(key, _NOTHING, version, client) for key in keys}
        return {key: value for key, value in found.items() if value is not _NOTHING}

    def _signed(self, key: Any, value: Any, version: int | None) -> str:
        return self._signer(key, version).sign(json.dumps(value))

    def _signer(self, key: Any, version: int | None) -> Signer:
        return Signer(salt=f"cache {self.make_key(key, version)}")
