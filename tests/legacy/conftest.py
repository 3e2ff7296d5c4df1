"""Systems that take files of the old application: one with everything running, one with databases only."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from common.runtime.databases import Databases
from common.runtime.stack import Stack
from tests.e2e.house import House, open_house
from tests.legacy.command import OldFile

LONG = bool(os.environ.get("LONG"))
ROOM = Path(os.environ.get("HRMS_STACK_ROOT", "var/test-e2e"))
Opened = Callable[[Path], OldFile]


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """Six services at work, with a company and people of their own."""
    with open_house(ROOM / "legacy") as house:
        company = house.new_company()
        for _ in range(2):
            answer = house.hr.hire(company)
            assert answer.is_success, answer.text
        house.stack.mark_ready()
        house.wait_quiet()
        yield house


@pytest.fixture
def beside_services(house: House, tmp_path: Path) -> Opened:
    """Puts a file beside the running system."""
    return lambda source: OldFile(house.stack, source, _reports(tmp_path))


@pytest.fixture(scope="module")
def quiet_stack() -> Iterator[Stack]:
    """Databases without a service that would write to them."""
    root = ROOM / "legacy-databases"
    Stack(root).remove()
    with Stack(root, kind="test", fsync=False) as stack:
        stack.prepare()
        stack.ensure_admin()
        stack.mark_ready()
        yield stack


@pytest.fixture
def beside_databases(quiet_stack: Stack, tmp_path: Path) -> Opened:
    """Puts a file beside the system in which nothing else moves."""
    return lambda source: OldFile(quiet_stack, source, _reports(tmp_path))


@pytest.fixture(scope="module")
def databases(quiet_stack: Stack) -> Iterator[Databases]:
    """A look into the quiet system."""
    with Databases(quiet_stack) as found:
        yield found


def _reports(folder: Path) -> Path:
    reports = folder / "reports"
    reports.mkdir(exist_ok=True)
    return reports


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They take six services ten minutes, and are for the night's run."""
    for item in items:
        if not LONG and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.skip(reason="for the long run: LONG=1, .ci/long"))
