"""A running gateway between small applications."""

import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest

from common.runtime.errors import OperatorError
from common.runtime.gateway.program import find_haproxy
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.tests.sides import Applications
from common.runtime.ports import is_free
from common.runtime.progress import Progress

MANY_CHECKS = 10
NO_STACK = Path("/nowhere")


@pytest.fixture(scope="session")
def haproxy() -> Path:
    """The program; tests that need it are skipped where it cannot be had."""
    try:
        return find_haproxy(Progress(StringIO()))
    except OperatorError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def applications() -> Iterator[Applications]:
    """What is behind the gateway."""
    applications = Applications()
    yield applications
    applications.stop()


@pytest.fixture(scope="session")
def running(
    haproxy: Path, applications: Applications, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """The gateway, started once."""
    port = next(port for port in range(29_000, 30_000) if is_free(port))
    with Gateway(tmp_path_factory.mktemp("gateway"), Progress(StringIO())) as gateway:
        gateway.start(applications.environment(port), NO_STACK)
        gateway.mark_ready()
        yield gateway


@pytest.fixture
def gateway(running: Gateway, applications: Applications) -> Iterator[Gateway]:
    """The gateway with everything on the old side and everybody well."""
    running.traffic.change(0, "a test begins")
    yield running
    for each in applications.values():
        each.mend()


@pytest.fixture
def trusted(gateway: Gateway, eventually: Callable[[Callable[[], object]], None]) -> None:
    """Every application has passed so many health checks that HAProxy bears some failed ones."""

    def checks_passed() -> int:
        rows = [row for row in gateway.socket.statistics() if row["svname"] == "app"]
        return min(int(row["check_health"]) for row in rows)

    eventually(lambda: checks_passed() >= MANY_CHECKS)


@pytest.fixture
def client(gateway: Gateway) -> Iterator[httpx.Client]:
    """Asks the gateway."""
    with httpx.Client(base_url=f"http://127.0.0.1:{gateway.options.port}", timeout=30) as client:
        yield client


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until a condition holds, for twenty seconds at most."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20.0
        while not condition():
            assert time.monotonic() < deadline, "this did not come true within 20 s"
            time.sleep(0.01)

    return wait
