"""A client's address is what our own proxies say, never what the client says."""

from typing import Any

import pytest
from django.test import RequestFactory

from common.conf import env
from common.security.client_address import (
    ClientAddressMiddleware,
    client_address,
    counted_as,
    is_own_proxy,
)


@pytest.fixture(autouse=True)
def proxies(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/24", "2001:db8::/64"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.1, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("2001:db8::1", "2001:db8:1::5", "2001:db8:1::5"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("127.0.0.1", "198.51.100.1, unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1:4711", "127.0.0.1"),
        ("127.0.0.1", ",".join(["198.51.100.1"] + ["10.0.0.7"] * 50), "10.0.0.7"),
        ("::ffff:127.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_machine_that_is_not_ours_is_the_client(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded) == address


def test_without_proxies_of_ours_nothing_that_a_client_writes_counts(settings: Any) -> None:
    settings.TRUSTED_PROXIES = []
    assert client_address("127.0.0.1", "198.51.100.1") == "127.0.0.1"


def test_a_proxy_may_be_named_by_its_host_and_one_that_is_not_there_names_nobody(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["localhost", "no-such-host.invalid"]
    assert client_address("127.0.0.1", "198.51.100.1") == "198.51.100.1"
    assert is_own_proxy("127.0.0.1")
    assert not is_own_proxy("198.51.100.1")
    assert not is_own_proxy("nonsense")


def test_everything_behind_the_middleware_sees_the_client(settings: Any) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.3", HTTP_X_FORWARDED_FOR="198.51.100.1")
    seen: list[str] = []

    def remember(asked: Any) -> Any:
        seen.append(asked.META["REMOTE_ADDR"])

    ClientAddressMiddleware(remember)(request)
    assert seen == ["198.51.100.1"]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("nobody", "nobody"),
    ],
)
def test_an_ipv6_client_counts_by_its_network(address: str, counted: str) -> None:
    assert counted_as(address) == counted


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0"])
def test_a_setting_that_would_believe_everybody_ends_the_process(
    everybody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", f"10.0.0.1,{everybody}")
    with pytest.raises(env.ConfigurationError, match="2"):
        env.proxies("TRUSTED_PROXIES")
