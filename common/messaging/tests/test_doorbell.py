"""The relay's bell: heard from this service, not from whoever sends datagrams."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from common.messaging.doorbell import DRAINED, EVENTS, SAGAS, Doorbell, ring
from common.messaging.models import Refusal


@pytest.fixture
def doorbell(wake_address: str, db: None) -> Iterator[Doorbell]:
    doorbell = Doorbell()
    yield doorbell
    doorbell.close()


@pytest.fixture
def stranger(wake_address: str) -> Iterator[socket.socket]:
    host, port = wake_address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.connect((host, int(port)))
        yield stranger


def refused() -> int:
    return sum(Refusal.objects.filter(reason="bell").values_list("count", flat=True))


def test_bells_of_the_service_are_heard(doorbell: Doorbell) -> None:
    ring(EVENTS)
    ring(SAGAS)
    assert doorbell.wait(1) == {EVENTS, SAGAS}
    assert refused() == 0


def test_bells_of_strangers_are_counted_and_not_heard(doorbell: Doorbell, stranger: socket.socket) -> None:
    for datagram in (EVENTS, SAGAS, b"", b"x" * 1_000):
        stranger.send(datagram)
    ring(EVENTS)
    assert doorbell.wait(1) == {EVENTS}
    assert refused() == 4


def test_the_mark_is_the_services_own(doorbell: Doorbell, settings: Any) -> None:
    own = settings.SECRET_KEY
    settings.SECRET_KEY = "another service's " * 4
    ring(EVENTS)
    settings.SECRET_KEY = own
    assert doorbell.wait(1) == set()
    assert refused() == 1


def test_a_flood_does_not_keep_the_relay_from_its_work(doorbell: Doorbell, stranger: socket.socket) -> None:
    for _ in range(DRAINED + 50):
        stranger.send(b"flood")
    doorbell.wait(1)
    assert 0 < refused() <= DRAINED
