"""What a service that somebody has taken over answers costs whoever asked one request, and nothing more."""

import resource
from typing import Any

import msgspec
import pytest

from common.security.exchange import Limits, PeerError, exchange
from common.testing.hostile import GOOD_HEAD, HOSTILE_ANSWERS, Listener, hostile, saying, with_body

LIMITS = Limits(seconds=0.5, largest=100_000)
ANYTHING = msgspec.json.Decoder(dict[str, list[Any]])
MUCH = 40_000
"""KiB; what is unpacked or collected of the larger ones would be several times as much."""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", HOSTILE_ANSWERS)
def test_no_answer_is_more_than_a_refusal(what: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with hostile(HOSTILE_ANSWERS[what]).running() as peer, pytest.raises(PeerError):
        exchange(peer.url, LIMITS).read(ANYTHING)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MUCH


def test_a_good_answer_is_read() -> None:
    with hostile(with_body(b'{"keys": [1]}')).running() as peer:
        assert exchange(peer.url, LIMITS).read(ANYTHING) == {"keys": [1]}


def test_an_answer_may_be_as_large_as_it_may_be() -> None:
    body = b'{"keys": []}'.ljust(LIMITS.largest)
    with hostile(with_body(body)).running() as peer:
        assert exchange(peer.url, LIMITS).read(ANYTHING) == {"keys": []}
    with hostile(with_body(body + b" ")).running() as peer, pytest.raises(PeerError, match="more than"):
        exchange(peer.url, LIMITS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_led_elsewhere(status: int) -> None:
    with Listener().running() as inside:
        head = b"HTTP/1.1 %d Moved\r\nLocation: %s/\r\nContent-Length: 0\r\n\r\n"
        moved = head % (status, inside.url.encode())
        with hostile(saying(moved)).running() as peer, pytest.raises(PeerError, match=str(status)):
            exchange(peer.url, LIMITS, content=b"{}").read(ANYTHING)
        assert inside.connections == 0


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with Listener().running() as proxy, hostile(with_body(b"{}")).running() as peer:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert exchange(peer.url, LIMITS).read(ANYTHING) == {}
        assert proxy.connections == 0


def test_what_an_answer_says_stands_in_no_error() -> None:
    """Errors are logged, and an answer may hold what nobody should read there."""
    secret = b'{"keys": "288010112345"}'
    with hostile(with_body(secret)).running() as peer, pytest.raises(PeerError) as caught:
        exchange(peer.url, LIMITS).read(ANYTHING)
    assert "288010112345" not in str(caught.value)


def test_an_address_that_is_none_is_an_error_like_others() -> None:
    for url in ("gopher://127.0.0.1:1/", "http://127.0.0.1:1/"):
        with pytest.raises(PeerError):
            exchange(url, LIMITS)


def test_one_slow_answer_leaves_the_next_request_its_time() -> None:
    with hostile(HOSTILE_ANSWERS["a body in drops"]).running() as slow, pytest.raises(PeerError):
        exchange(slow.url, LIMITS)
    with hostile(saying(GOOD_HEAD + b"Content-Length: 2\r\n\r\n{}")).running() as peer:
        assert exchange(peer.url, LIMITS).read(ANYTHING) == {}
