"""One running house for all end-to-end tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import House, Person, open_house


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """The system, started once."""
    root = Path(os.environ.get("HRMS_STACK_ROOT", "var/test-e2e")) / "e2e"
    with open_house(root) as house:
        yield house


@pytest.fixture
def hr(house: House) -> Person:
    """The HR administrator, who serves all companies."""
    return house.hr


@pytest.fixture(scope="package")
def second_hr(house: House) -> Person:
    """Another HR administrator."""
    email, password = "second.hr@hrms.example", "another long password"
    house.stack.manage("auth", "ensure_admin", "--email", email, env={"HR_ADMIN_PASSWORD": password})
    return house.sign_in(email, password)


@pytest.fixture(scope="package")
def manager_company(house: House) -> str:
    """The company that ``manager`` manages."""
    return house.new_company()


@pytest.fixture(scope="package")
def manager(house: House, manager_company: str) -> Person:
    """A company's manager, who sees that company only."""
    return house.new_member(manager_company, role="company_manager")
