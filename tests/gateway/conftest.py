"""One town for all tests of the switch."""

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from common.runtime.errors import OperatorError
from common.runtime.gateway.program import find_haproxy
from common.runtime.progress import Progress
from tests.gateway.town import Town, open_town


@pytest.fixture(scope="package")
def running_town() -> Iterator[Town]:
    """Everything, started once; the tests are skipped where HAProxy cannot be had."""
    try:
        find_haproxy(Progress(StringIO()))
    except OperatorError as error:
        pytest.skip(str(error))
    root = Path(os.environ.get("HRMS_STACK_ROOT", "var/test-e2e")) / "gateway"
    with open_town(root) as town:
        yield town


@pytest.fixture
def town(running_town: Town) -> Town:
    """The town with everything on the old side and everybody well."""
    running_town.settle()
    return running_town
