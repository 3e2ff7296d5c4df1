"""One running system for all attacks, and the reckoning at the end."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.ledger import Ledger
from tests.attack.town import Town
from tests.e2e.house import House, open_house

LEDGER = pytest.StashKey[Ledger]()
SECONDS = 600


def pytest_configure(config: pytest.Config) -> None:
    """The book for this run."""
    config.stash[LEDGER] = Ledger()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An attack on every operation takes longer than a test of one thing."""
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was tried and what got through."""
    ledger = config.stash[LEDGER]
    if ledger.groups:
        terminalreporter.section("attacks")
        terminalreporter.write_line(ledger.table())


@pytest.fixture(scope="session")
def ledger(pytestconfig: pytest.Config) -> Ledger:
    """The book that every attack is written into."""
    return pytestconfig.stash[LEDGER]


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """The system, started once."""
    root = Path(os.environ.get("HRMS_STACK_ROOT", "var/test-attack")) / "attack"
    with open_house(root) as house:
        yield house


@pytest.fixture(scope="package")
def town(house: House) -> Iterator[Town]:
    """The people and things of these tests, made once."""
    town = Town(house)
    with town.client:
        yield town
