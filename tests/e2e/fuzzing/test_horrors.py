"""What breaks parsers and databases elsewhere is refused here, at every address that takes anything."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import httpx
import pytest

from common.runtime.layout import PROCESSES, SERVICES
from tests.e2e.fuzzing.things import Things
from tests.e2e.house import House, Person

DEEP = 100_000
LARGE = 20_000_000
FAR = 10**18
JSON = "application/json"

BODIES: Mapping[str, tuple[int, Callable[[str], bytes]]] = {
    "a NUL": (400, lambda name: b'{"%s": "a\\u0000b"}' % name.encode()),
    "a NUL as a name": (400, lambda name: b'{"%s": "a", "\\u0000": 1}' % name.encode()),
    "a NUL byte": (400, lambda name: b'{"%s": "a\x00b"}' % name.encode()),
    "a lone surrogate": (400, lambda name: b'{"%s": "\\ud800"}' % name.encode()),
    "half of a pair": (400, lambda name: b'{"%s": "\\udc00\\ud800"}' % name.encode()),
    "deep nesting": (400, lambda name: b'{"%s": %s%s}' % (name.encode(), b"[" * DEEP, b"]" * DEEP)),
    "deep nesting of objects": (
        400,
        lambda name: b'{"%s": %s1%s}' % (name.encode(), b'{"a":' * DEEP, b"}" * DEEP),
    ),
    "a number beyond all": (400, lambda name: b'{"%s": 1e400}' % name.encode()),
    "no number": (400, lambda name: b'{"%s": NaN}' % name.encode()),
    "infinity": (400, lambda name: b'{"%s": -Infinity}' % name.encode()),
    "a name twice": (400, lambda name: b'{"%s": "a", "%s": "b"}' % (name.encode(), name.encode())),
    "a very long number": (400, lambda name: b'{"%s": %s}' % (name.encode(), b"9" * 10_000)),
    "20 MB": (413, lambda name: b'{"%s": "%s"}' % (name.encode(), b"x" * LARGE)),
}
QUERIES = ("%00", "%ED%A0%80", "%FF", "%F0%9F%98%80", "1e400", "NaN", str(FAR), "-1", "x" * 5_000)


@dataclass(frozen=True)
class Asked:
    """An operation of a service's document."""

    service: str
    method: str
    path: str
    facts: Mapping[str, Any]

    @property
    def parameters(self) -> list[str]:
        """The names of its query parameters."""
        return [each["name"] for each in self.facts.get("parameters", ()) if each["in"] == "query"]

    @property
    def statuses(self) -> set[int]:
        """What it says it answers."""
        return {int(status) for status in self.facts["responses"]}


@cache
def document(address: str) -> Any:
    """A service's OpenAPI document."""
    return httpx.get(f"{address}/schema", headers={"Accept": JSON}, timeout=60).raise_for_status().json()


def operations(house: House, service: str) -> Iterator[Asked]:
    """Everything that the service's document names."""
    for path, methods in document(house.stack.url(service))["paths"].items():
        for method, facts in methods.items():
            # Services have internal addresses for themselves; a person's token ends at the door.
            if method in {"get", "post", "put", "patch", "delete"} and not path.startswith("/internal/"):
                yield Asked(service, method.upper(), path, facts)


def a_field_of(house: House, operation: Asked) -> str | None:
    """The first field of its JSON body; None when it takes none."""
    content = operation.facts.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return None
    whole = document(house.stack.url(operation.service))
    name = content["schema"]["$ref"].rpartition("/")[2]
    return str(next(iter(whole["components"]["schemas"][name].get("properties", ["anything"]))))


def address_of(operation: Asked, ids: Mapping[str, str]) -> str:
    """Its address with the things it names."""
    address = operation.path
    for name, value in ids.items():
        address = address.replace(f"{{{name}}}", value)
    return address.replace("{token}", "x" * 43)


def is_refused(answer: httpx.Response, status: int) -> None:
    """An error in the contract's envelope."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.json()["success"] is False


@pytest.fixture
def administrator(things: Things) -> Person:
    """Somebody whom no right is missing."""
    return things.administrator


@pytest.mark.parametrize("service", SERVICES)
def test_a_horrible_body_is_refused_everywhere(
    house: House, things: Things, administrator: Person, service: str, subtests: pytest.Subtests
) -> None:
    for operation in operations(house, service):
        field = a_field_of(house, operation)
        if field is None:
            continue
        address = address_of(operation, things.named_in(operation.path, own=False))
        for name, (status, body) in BODIES.items():
            with subtests.test(f"{operation.method} {operation.path}: {name}"):
                headers = {"Content-Type": JSON}
                answer = administrator.ask(
                    operation.method, service, address, content=body(field), headers=headers
                )
                is_refused(answer, status)


@pytest.mark.parametrize("service", SERVICES)
def test_a_horrible_query_is_answered_as_documented(
    house: House, things: Things, administrator: Person, service: str, subtests: pytest.Subtests
) -> None:
    for operation in operations(house, service):
        if operation.method != "GET" or operation.path == "/files/{token}":
            continue
        address = address_of(operation, things.named_in(operation.path, own=False))
        with subtests.test(operation.path):
            for name in operation.parameters:
                for value in QUERIES:
                    answer = administrator.ask("GET", service, f"{address}?{name}={value}")
                    assert answer.status_code in operation.statuses, (name, value, answer.text[:500])
                is_refused(administrator.ask("GET", service, f"{address}?{name}=1&{name}=1"), 422)
            is_refused(administrator.ask("GET", service, f"{address}?no%00such=1"), 422)
            if "page" in operation.parameters:
                is_refused(administrator.ask("GET", service, f"{address}?page={FAR}"), 422)


@pytest.mark.parametrize("service", SERVICES)
def test_an_id_in_upper_case_is_the_same_id_or_none(
    house: House, things: Things, administrator: Person, service: str, subtests: pytest.Subtests
) -> None:
    for operation in operations(house, service):
        ids = things.named_in(operation.path, own=False) if operation.method == "GET" else {}
        with subtests.test(operation.path):
            for name, value in ids.items():
                assert str(UUID(value)) == value
                address = address_of(operation, {**ids, name: value.upper()})
                answer = administrator.ask("GET", service, address)
                assert answer.status_code in {200, 404, 409, 422}, answer.text[:500]


def test_no_process_has_fallen(house: House) -> None:
    processes = [house.stack.process(service, process) for service in SERVICES for process in PROCESSES]
    assert {each.name: each.last_end for each in processes if each.restart_count} == {}
