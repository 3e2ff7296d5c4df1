"""Fixtures of the messaging's tests."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from common.messaging.tests.service_keys import ServiceKeys
from common.testing.sagas import TestBroker, test_broker

TokenOf = Callable[..., str]


@pytest.fixture
def broker(committed_db: None) -> Iterator[TestBroker]:
    """Real queues, delivered by the test; real commits."""
    with test_broker() as broker:
        yield broker


@pytest.fixture
def token_of(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> TokenOf:
    """Tokens of all services, with keys that this service trusts."""
    keys = ServiceKeys(tmp_path_factory.mktemp("keys"))
    keys.create()
    settings.SERVICE_KEYRING_FILE = str(keys.ring)
    settings.SERVICE_KEY_FILE = str(keys.private("employee"))

    def token(caller: str, audience: str = "employee") -> str:
        return keys.token(settings, caller, audience)

    return token


@pytest.fixture
def wake_address(settings: Any) -> str:
    """A doorbell of the test's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.WAKE_ADDRESS = f"127.0.0.1:{port}"
    return str(settings.WAKE_ADDRESS)
