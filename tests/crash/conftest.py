"""One running system for all crash tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.system import ANSWER_SECONDS, System, running_system


@pytest.fixture(scope="package")
def running() -> Iterator[System]:
    """The system, started once and gone before other tests of the whole system begin."""
    root = Path(os.environ.get("HRMS_STACK_ROOT", "var/test-e2e")) / "crash"
    with pytest.MonkeyPatch.context() as environment:
        if "SAGA_ANSWER_SECONDS" not in os.environ:
            # Hundreds of lost commands are waited for; what is waited for is the same at any length.
            environment.setenv("SAGA_ANSWER_SECONDS", str(ANSWER_SECONDS))
        # Who waits for a hire here waits until the web is killed, however long a busy machine takes to get there.
        environment.setenv("HIRE_WAIT_SECONDS", "60")
        with running_system(root) as system:
            yield system


@pytest.fixture
def system(running: System) -> Iterator[System]:
    """The system with everything running and at rest, before and after."""
    running.settle()
    yield running
    running.settle()
