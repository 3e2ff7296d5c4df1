"""The people and things of these tests, made once."""

import pytest

from tests.e2e.contract.world import World
from tests.e2e.house import House


@pytest.fixture(scope="package")
def world(house: House) -> World:
    """Two companies and their people."""
    return World(house)
