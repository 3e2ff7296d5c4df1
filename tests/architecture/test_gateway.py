"""The gateway knows the way to every address that clients call."""

import re

import pytest

from common.runtime.gateway.routes import FIRST_PARTS, route_map
from tests.architecture.tree import APPS, ROOT, app_folder
from tests.e2e.contract.facts import Operation, operations

ROUTES = dict(line.split() for line in route_map().splitlines())
# What stands on every service and is nobody's API but the operators'.
OF_EVERY_SERVICE = {"health"}
INSIDE = {"admin", "internal", "schema", "docs", "static", "i18n"}


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_an_operation_of_the_contract_is_led_to_its_service(operation: Operation) -> None:
    first = operation.path.split("/")[1]
    assert ROUTES[f"{operation.service}/{first}"] == operation.service
    if first not in {*OF_EVERY_SERVICE, *_of_two_services()}:
        assert ROUTES[first] == operation.service


@pytest.mark.parametrize("service", APPS)
def test_a_services_addresses_are_the_ones_that_are_led_to_it(service: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in app_folder(service).parent.glob("*/api/urls.py")]
    firsts = set(re.findall(r'path\(\s*"([^"/<]+)', "".join(texts)))
    assert firsts - INSIDE == set(FIRST_PARTS[service])


def test_only_the_statistics_are_published_by_two_services() -> None:
    assert _of_two_services() == {"statistics"}


def test_nothing_of_the_inside_is_led_anywhere() -> None:
    assert not {part for beginning in ROUTES for part in beginning.split("/")} & INSIDE


def test_the_template_is_beside_its_module() -> None:
    assert (ROOT / "common" / "runtime" / "gateway" / "haproxy.cfg.template").is_file()


def _of_two_services() -> set[str]:
    parts = [part for parts in FIRST_PARTS.values() for part in parts]
    return {part for part in parts if parts.count(part) > 1}
