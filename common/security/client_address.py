"""Who is at the other end of a request: the peer, or the client that a proxy of ours names.

``X-Forwarded-For`` is believed only from the machines in TRUSTED_PROXIES, and read from its end: everything before
the first machine that is not ours was written by that one.
"""

import socket
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_HEADER: Final = "HTTP_X_FORWARDED_FOR"
_MOST_HOPS: Final = 10
_NAMES_LAST_SECONDS: Final = 60
# What one customer of an IPv6 provider gets at least: counted as one.
_IPV6_PREFIX: Final = 64

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class ClientAddressMiddleware:
    """Puts the client's address where everything looks for it: into ``REMOTE_ADDR``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer ``request``."""
        peer = request.META.get("REMOTE_ADDR", "")
        request.META["REMOTE_ADDR"] = client_address(peer, request.META.get(_HEADER, ""))
        return self.get_response(request)


def client_address(peer: str, forwarded: str) -> str:
    """The client's address, by the connection's ``peer`` and what it says of those before it.

    The nearest that is none of our proxies; the last of our proxies when they name nobody else.
    """
    address = parsed(peer)
    if address is None:
        return peer
    hops = forwarded.rsplit(",", _MOST_HOPS)[-_MOST_HOPS:] if forwarded else []
    for claimed in reversed(hops):
        before = parsed(claimed)
        if before is None or not _is_ours(address):
            break
        address = before
    return str(address)


def is_own_proxy(address: str) -> bool:
    """Whether the address is of one of our own proxies, so that it stands for nobody in particular."""
    found = parsed(address)
    return found is not None and _is_ours(found)


def counted_as(address: str) -> str:
    """Whom an address counts for: itself, or for IPv6 its network, which one client has all of."""
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _IPV6_PREFIX), strict=False))
    return str(found or address)


def parsed(text: str) -> Address | None:
    """The address that ``text`` spells, an IPv4 one in whatever clothes as such; None when it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def _is_ours(address: Address) -> bool:
    networks = _networks(tuple(settings.TRUSTED_PROXIES), int(time.monotonic() // _NAMES_LAST_SECONDS))
    return any(address.version == network.version and address in network for network in networks)


@lru_cache(maxsize=4)
def _networks(entries: tuple[str, ...], _minute: int) -> tuple[Network, ...]:
    return tuple(network for entry in entries for network in _networks_of(entry))


def _networks_of(entry: str) -> list[Network]:
    """The networks of an entry: one that it spells, or the addresses of the host it names."""
    try:
        return [ip_network(entry, strict=False)]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(entry, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return []  # a proxy that is not there names nobody
    return [ip_network(str(place[4][0])) for place in found]
