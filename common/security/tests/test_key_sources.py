"""Keys read from the auth service: rotated, throttled, kept when it is down."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from common.errors import ServiceUnavailableError
from common.security.exchange import Limits
from common.security.keys import (
    LIFETIME,
    RETRY_AFTER,
    CachedKeySource,
    JwksKeySource,
    fetch_jwks,
    keys_of_jwks,
    use_key_source,
)
from common.security.tests.forging import signed
from common.security.tests.key_server import Server
from common.testing.hostile import HOSTILE_ANSWERS, hostile
from common.testing.threads import run_all


def jwks(**keys: Ed25519PublicKey) -> dict[str, Any]:
    spelled = [
        {**json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key)), "kid": kid, "use": "sig"}
        for kid, key in keys.items()
    ]
    return {"keys": spelled}


def public_key() -> Ed25519PublicKey:
    return Ed25519PrivateKey.generate().public_key()


class Clock:
    """Time that only a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def publishing(server: Server, **keys: Ed25519PublicKey) -> None:
    server.answer = lambda _path, _body: (200, {}, jwks(**keys))


def test_keys_are_read_once_and_kept(clock: Clock) -> None:
    with Server().running() as server:
        publishing(server, a=public_key())
        source = JwksKeySource(server.url, clock=clock)
        for _ in range(3):
            clock.now += LIFETIME / 4
            assert source.get("a") is not None
        assert len(server.requests) == 1
        clock.now += LIFETIME
        assert source.get("a") is not None
        assert len(server.requests) == 2


def test_a_rotated_key_is_found_at_once_and_unknown_ones_ask_seldom(clock: Clock) -> None:
    with Server().running() as server:
        publishing(server, a=public_key())
        source = JwksKeySource(server.url, clock=clock)
        source.get("a")
        clock.now += RETRY_AFTER
        publishing(server, a=public_key(), b=public_key())
        assert source.get("b") is not None
        for n in range(50):
            assert source.get(f"forged {n}") is None
        assert len(server.requests) == 2


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", HOSTILE_ANSWERS)
def test_whatever_answers_in_auths_place_the_last_good_keys_stay(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("common.security.keys.KEY_SET", Limits(seconds=0.5, largest=65_536))
    with Server().running() as server, hostile(HOSTILE_ANSWERS[what]).running() as peer:
        publishing(server, a=public_key())
        address = [server.url]
        source = CachedKeySource(lambda: keys_of_jwks(fetch_jwks(address[0])), clock=clock)
        source.get("a")
        address[0] = peer.url
        clock.now += LIFETIME * 10
        assert source.get("a") is not None
        assert source.get("forged") is None
        assert peer.connections > 0


def test_many_threads_ask_once(clock: Clock) -> None:
    with Server().running() as server:
        publishing(server, a=public_key())
        source = JwksKeySource(server.url, clock=clock)
        found = run_all([lambda: source.get("a")] * 8)
        assert all(found)
        assert len(server.requests) == 1


def test_the_last_good_keys_stay_when_auth_is_down(clock: Clock) -> None:
    with Server().running() as server:
        publishing(server, a=public_key())
        source = JwksKeySource(server.url, clock=clock)
        source.get("a")
    clock.now += LIFETIME * 10
    assert source.get("a") is not None
    assert source.get("b") is None


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, {}),
        (200, {}, {"keys": []}),
        (200, {}, []),
        (200, {}, b"<html>"),
        (200, {}, b" " * 100_000),
        (302, {"Location": "/elsewhere"}, {}),
    ],
    ids=["fails", "empty", "no set", "no JSON", "huge", "redirects"],
)
def test_an_answer_that_is_no_key_set_changes_nothing(clock: Clock, answer: Any) -> None:
    with Server().running() as server:
        publishing(server, a=public_key())
        source = JwksKeySource(server.url, clock=clock)
        source.get("a")
        clock.now += LIFETIME
        server.answer = lambda _path, _body: answer
        assert source.get("a") is not None
        assert len(server.requests) == 2


def test_without_any_keys_the_service_is_unavailable(clock: Clock) -> None:
    source = JwksKeySource("http://127.0.0.1:1/keys", clock=clock)
    with pytest.raises(ServiceUnavailableError):
        source.get("a")


@pytest.mark.urls("common.api.tests.addresses")
@pytest.mark.usefixtures("db")
def test_a_request_that_cannot_be_verified_is_told_to_come_back(api: Any) -> None:
    former = use_key_source(JwksKeySource("http://127.0.0.1:1/keys"))
    try:
        answer = api(signed()).get("/scope")
    finally:
        use_key_source(former)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert answer.json()["error"]["code"] == "SERVICE_UNAVAILABLE"


def test_secret_private_encrypting_and_broken_keys_are_left_out() -> None:
    good = jwks(good=public_key())["keys"][0]
    document = {
        "keys": [
            good,
            {"kty": "oct", "k": "c2VjcmV0", "kid": "symmetric", "alg": "HS256"},
            {**good, "kid": "private", "d": "AAAA"},
            {**good, "kid": "encrypting", "use": "enc"},
            {**good, "kid": "broken", "x": "!"},
            {name: value for name, value in good.items() if name != "kid"},
        ]
    }
    assert list(keys_of_jwks(document)) == ["good"]
