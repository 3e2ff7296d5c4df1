"""Somebody writes into a service's cache: nothing of it is believed, and all of it is counted."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signing import Signer
from django_redis import get_redis_connection

from common.messaging.models import Refusal

pytestmark = pytest.mark.django_db


def write(key: str, raw: bytes | str) -> None:
    """As an attacker who has the Redis password does."""
    get_redis_connection("default").set(str(cache.make_key(key)), raw)


def refused() -> int:
    return sum(Refusal.objects.filter(reason="cache").values_list("count", flat=True))


def test_what_the_service_keeps_comes_back() -> None:
    cache.set("a", {"rights": ["view"], "n": 1}, timeout=30)
    assert cache.add("a", "other") is False
    cache.set_many({"b": 2, "c": None}, timeout=30)
    assert cache.get_many(["a", "b", "c", "d"]) == {"a": {"rights": ["view"], "n": 1}, "b": 2, "c": None}
    assert cache.get("d", "default") == "default"
    assert cache.get_or_set("e", 5, 30) == 5
    assert refused() == 0


@pytest.mark.parametrize(
    "poison",
    [
        json.dumps({"rights": ["everything"]}),
        json.dumps('{"rights": ["everything"]}:forged-signature'),
        json.dumps(Signer(key="a key of one's own " * 4, salt="cache auth:1:a").sign('"everything"')),
        "7",
        "null",
        b"\x80\x04\x95",
        b"{not json",
        "[" * 5_000,
    ],
    ids=["plain", "bad signature", "own key", "number", "null", "pickle", "broken", "deep"],
)
def test_a_poisoned_entry_is_missing_and_counted(poison: Any) -> None:
    write("a", poison)
    assert cache.get("a", "default") == "default"
    assert refused() == 1
    assert cache.get("a") is None
    assert refused() == 1


def test_an_entry_copied_to_another_key_is_missing() -> None:
    cache.set("mine", "manager", timeout=30)
    write("yours", get_redis_connection("default").get(str(cache.make_key("mine"))))
    assert cache.get("yours") is None
    assert (cache.get("mine"), refused()) == ("manager", 1)


def test_browser_sessions_are_not_read_from_redis() -> None:
    assert settings.SESSION_ENGINE == "django.contrib.sessions.backends.db"
