"""The published contract: 65 operations of five services, as the files in ``facts`` have them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.contract.schema import TYPES, json_schema

FOLDER = Path(__file__).with_name("facts")
JSON = "application/json"
FORM = "multipart/form-data"
BYTES = "application/octet-stream"

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation with its shapes as JSON Schema."""

    service: str
    method: str
    path: str
    signed_in: bool
    query: Mapping[str, Schema]
    body_type: str
    """Media type of the body; empty when it takes none."""
    fields: Mapping[str, Schema]
    """The fields of the body."""
    required: frozenset[str]
    answers: Mapping[int, Schema | None]
    """By status; None stands for bytes."""
    shown: Mapping[str, str]
    """Which of the service's named schemas stand in a good answer, by key; the whole answer has no key."""

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return [part.strip("{}") for part in self.path.split("/") if part.startswith("{")]

    @property
    def good_status(self) -> int:
        """What it answers when all is well."""
        return min(self.answers)


@cache
def operations() -> tuple[Operation, ...]:
    """All of them."""
    return tuple(found for path in sorted(FOLDER.glob("*.yaml")) for found in _read(path))


def _read(path: Path) -> Iterator[Operation]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    named = document["schemas"]
    for facts in document["operations"]:
        method, _, address = facts["op"].partition(" ")
        body = facts.get("body", {})
        schema = json_schema(body["schema"], named) if body else {}
        yield Operation(
            service=document["service"],
            method=method,
            path=address,
            signed_in=facts["auth"],
            query={name: json_schema(shape, named) for name, shape in facts.get("query", {}).items()},
            body_type=body.get("type", ""),
            fields=schema.get("properties", {}),
            required=frozenset(schema.get("required", ())),
            answers={status: _answer(shape, named) for status, shape in facts["answers"].items()},
            shown=dict(_named_in(facts["answers"][min(facts["answers"])])),
        )


@cache
def schemas() -> Mapping[tuple[str, str], Schema]:
    """The schemas of all services, by service and name."""
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
    return {
        (document["service"], name): json_schema(name, document["schemas"])
        for document in documents
        for name in document["schemas"]
    }


def _named_in(shape: Any) -> Iterator[tuple[str, str]]:
    if isinstance(shape, str):
        yield "", shape
        return
    for key, inner in shape.get("object", {}).items():
        name = inner.get("array_of") if isinstance(inner, dict) else inner
        if isinstance(name, str) and name not in TYPES:
            yield key, name


def _answer(shape: Any, named: Mapping[str, Any]) -> Schema | None:
    if isinstance(shape, dict) and shape.get("type") == BYTES:
        return None
    schema = json_schema(shape, named)
    if "required" in schema:
        return schema
    # The parts of an envelope are always there.
    return {**schema, "required": list(schema["properties"])}
