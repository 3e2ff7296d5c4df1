"""Fixtures of the saga tests."""

from collections.abc import Iterator

import pytest

from common.sagas.tests import toy
from common.testing.sagas import TestBroker, test_broker


@pytest.fixture
def broker(committed_db: None) -> Iterator[TestBroker]:
    """Real queues, delivered by the test; real commits."""
    toy.handled.clear()
    with test_broker() as broker:
        yield broker
