"""Fixtures of the tests of personal data."""

from typing import Any

import pytest

from common.messaging.tests.conftest import TokenOf, token_of

__all__ = ["TokenOf", "token_of"]


@pytest.fixture
def asking(api: Any, token_of: TokenOf) -> Any:
    """A client of the service that keeps people's requests."""
    return api(token_of("employee"))
