"""The people and things of these tests, made once."""

import pytest

from tests.e2e.fuzzing.things import Things
from tests.e2e.house import House


@pytest.fixture(scope="package")
def things(house: House) -> Things:
    """A company, its people and records."""
    return Things(house)
