"""One running system for all attacks, and the reckoning at the end."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from common.runtime.layout import SERVICES
from tests.attack.ledger import Ledger
from tests.attack.town import Town
from tests.e2e.house import House, open_house

LEDGER = pytest.StashKey[Ledger]()
SECONDS = 600
CONVERTER = re.compile(r"<[^>]+>")


def pytest_configure(config: pytest.Config) -> None:
    """The book for this run."""
    config.stash[LEDGER] = Ledger()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """An attack on every operation takes longer than a test of one thing, and all of them a quarter of an hour."""
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        if not {"LONG", "ATTACK"} & os.environ.keys():
            item.add_marker(pytest.mark.skip(reason="it takes minutes: `make attack`, .ci/long"))
        if not item.get_closest_marker("timeout"):
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


INTERNAL = """
import json
from django.urls import get_resolver
from common.api.views import ServiceAPIView

def addresses(patterns, prefix=""):
    for each in patterns:
        path = prefix + str(each.pattern)
        if hasattr(each, "url_patterns"):
            yield from addresses(each.url_patterns, path)
        elif getattr(getattr(each.callback, "view_class", None), "internal", False):
            yield path

print("ADDRESSES" + json.dumps(list(addresses(get_resolver().url_patterns))))
"""


@pytest.fixture(scope="package")
def internal_addresses(house: House) -> Mapping[str, list[str]]:
    """What services tell each other, by service; in no document, so the services are asked."""
    found = {}
    for service in SERVICES:
        said = house.stack.manage(service, "shell", "-v0", "-c", INTERNAL).stdout
        paths = json.loads(said.partition("ADDRESSES")[2])
        found[service] = [f"/{CONVERTER.sub(str(uuid4()), path)}" for path in paths]
        assert found[service], service
    return found


@pytest.fixture(autouse=True)
def still_signed_in(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever attacked can still do so: to somebody whose session has ended, everything would be refused."""
    yield
    if "town" in request.fixturenames:
        town: Town = request.getfixturevalue("town")
        attackers = (town.stranger, town.manager, town.reader, town.powerless, town.administrator)
        out = [person.email for person in attackers if person.ask("GET", "auth", "/profile").is_error]
        assert out == [], "signed out by the attack itself"


@pytest.fixture(scope="package")
def town(house: House) -> Iterator[Town]:
    """The people and things of these tests, made once."""
    town = Town(house)
    with town.client:
        yield town
