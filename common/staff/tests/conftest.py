"""A browser, an auth service of the test's own, and staff of several kinds."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from common.security.tests.key_server import Server
from common.staff.tests.addresses import tables_shown
from common.testing.tokens import trust_test_key


@pytest.fixture(autouse=True)
def trusted() -> None:
    trust_test_key()


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    with tables_shown():
        yield


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def auth(settings: Any) -> Iterator[Server]:
    """Stands in for the auth service; afterwards it is down."""
    server = Server()
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "auth": server.url}
    with server.running():
        yield server
