"""The operations that the running services say they have, and requests made of what they say."""

import json
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx

from common.runtime.layout import SERVICES
from tests.e2e.house import House

LONG = bool(os.environ.get("LONG"))
SHARE = 1 if LONG else 3
"""One of so many operations is attacked: all of them in a long run."""
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
FORM = "multipart/form-data"
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")

Json = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """A method at an address of a service."""

    service: str
    method: str
    path: str
    facts: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.service}: {self.method} {self.path}"

    @property
    def key(self) -> str:
        """Its name in the lists of ``allowed``."""
        return f"{self.service} {self.method} {self.path}"

    @property
    def is_public(self) -> bool:
        """Whether its document asks nobody to sign in."""
        return not self.facts.get("security")

    @property
    def path_names(self) -> list[str]:
        """The names of what its address names."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    @property
    def query_names(self) -> list[str]:
        """The names of its query parameters."""
        return [each["name"] for each in self.facts.get("parameters", ()) if each["in"] == "query"]

    @property
    def statuses(self) -> set[int]:
        """What it says it answers."""
        return {int(status) for status in self.facts["responses"]}

    @property
    def is_reading(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    def address(self, ids: Mapping[str, str]) -> str:
        """Its address with what it names; a random id for what ``ids`` does not know."""
        address = self.path
        for name in self.path_names:
            address = address.replace(f"{{{name}}}", ids.get(name) or str(uuid4()))
        return address

    def body(self, ids: Mapping[str, str]) -> Json:
        """Options for httpx: the example of its document, with the ids of ``ids`` where it names things."""
        content = self.facts.get("requestBody", {}).get("content", {})
        if JSON in content:
            return {"json": _led_to(content[JSON].get("example", {}), ids)}
        if FORM in content:
            return {
                "data": {"title": "attack"},
                "files": {"file": (f"{uuid4().hex}.pdf", PAPER, "application/pdf")},
            }
        return {}

    @property
    def body_names(self) -> set[str]:
        """The names of the ids in its body, wherever they stand."""
        content = self.facts.get("requestBody", {}).get("content", {})
        return set(_ids_in(content.get(JSON, {}).get("example", {})))


@cache
def document(address: str) -> Any:
    """A service's OpenAPI document."""
    return httpx.get(f"{address}/schema", headers={"Accept": JSON}, timeout=60).raise_for_status().json()


def operations(house: House, *, share: int = SHARE) -> Iterator[Operation]:
    """Everything that the six documents name; one of ``share``, always the same ones."""
    for service in SERVICES:
        for path, methods in document(house.stack.url(service))["paths"].items():
            for method in METHODS:
                if method in methods and zlib.crc32(f"{service}{method}{path}".encode()) % share == 0:
                    yield Operation(service, method.upper(), path, methods[method])


def field_schema(house: House, operation: Operation) -> Json:
    """The schema of its JSON body; empty when it takes none."""
    content = operation.facts.get("requestBody", {}).get("content", {}).get(JSON)
    if content is None:
        return {}
    schemas = document(house.stack.url(operation.service))["components"]["schemas"]
    found: Json = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    return found


def _is_id(value: Any) -> bool:
    try:
        return bool(UUID(value))
    except (TypeError, ValueError, AttributeError):
        return False


def _ids_in(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _ids_in(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids_in(inner, name)
    elif _is_id(value):
        yield name


ROLES_OF_IDS = {
    "manager_id": "employee_id",
    "related_employee_id": "employee_id",
    "reviewer_id": "employee_id",
    "parent_department_id": "department_id",
    "head_id": "employee_id",
    "aggregate_id": "employee_id",
    "uploaded_by": "user_id",
}
"""Names under which bodies and queries speak of things that addresses call otherwise."""


def named(name: str, ids: Mapping[str, str]) -> str | None:
    """The id of ``ids`` that a field called ``name`` asks for."""
    singular = name.removesuffix("s")
    return ids.get(name) or ids.get(singular) or ids.get(ROLES_OF_IDS.get(name, ""))


ONLY_ONCE = {
    "email": "{}@attack.example",
    "name": "attack_{}",
    "number": "N-{}",
    "employee_id": "E-{}",
    "setting_key": "attack_{}",
}
"""What no two things may share, by its name."""


def _led_to(value: Any, ids: Mapping[str, str], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _led_to(inner, ids, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_led_to(inner, ids, name) for inner in value]
    if _is_id(value):
        return named(name, ids) or value
    if name in ONLY_ONCE and isinstance(value, str):
        return ONLY_ONCE[name].format(uuid4().hex[:12])
    return value


def uuids_in(text: str) -> set[str]:
    """Every id that stands in a text."""
    return {found.lower() for found in _UUID.findall(text)}


def sent_in(path: str, options: Mapping[str, Any]) -> set[str]:
    """The ids that a request names itself."""
    return uuids_in(f"{path} {json.dumps(options.get('params', {}), default=str)} {options.get('json', '')}")
