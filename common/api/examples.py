"""Examples in the OpenAPI document: of every body and every answer, made from their shapes.

A serializer that knows better says so: ``example = {"field": value}``. Otherwise a field's name or kind
tells; the names below are those that several services use.
"""

import re
from collections.abc import Mapping
from typing import Any

from common.api.documented_errors import AT, error_example

Json = dict[str, Any]

# How a serializer's own example travels from its component to the hook below.
DECLARED = "x-declared-example"
AN_ID = "0b8f7d4e-6a51-4f0c-9d3e-2c1a7b9e5f60"
BY_NAME: Mapping[str, Any] = {
    "email": "mona.saleh@example.com",
    "first_name": "Mona",
    "last_name": "Saleh",
    "full_name_ar": "منى صالح",
    "full_name_en": "Mona Saleh",
    "name": "Pearl Trading",
    "name_ar": "اللؤلؤة للتجارة",
    "title_ar": "عنوان",
    "phone": "+96522223333",
    "password": "a sentence of your own",
    "current_password": "a sentence of your own",
    "new_password": "another sentence of your own",
    "token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwYjhmN2Q0ZSJ9.c2lnbmF0dXJl",
    "token_type": "Bearer",
    "refresh_token": "kPq3vY0cD8yL5n1sT7wXbE2gH9jM4rUz",
    "version": "0.1.0",
    "message": "Done.",
    "employee_id": "E-1042",
    "civil_id": "290010112345",
    "position": "Accountant",
    "nationality": "KW",
    "currency": "KWD",
    "ip_address": "192.0.2.7",
    "page": 1,
    "limit": 20,
    "total": 1,
    "pages": 1,
    "next_cursor": None,
    "cursor": "",
}
BY_FORMAT: Mapping[str, Any] = {
    "uuid": AN_ID,
    "date-time": AT,
    "date": "2026-11-22",
    "time": "08:30:00",
    "email": BY_NAME["email"],
    "uri": "https://example.com/page",
    "ip": "192.0.2.7",
}
DEEPEST = 8


def add_examples(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """A post-processing hook: write an example beside every JSON body and answer that has none."""
    schemas: dict[str, Json] = result.get("components", {}).get("schemas", {})
    maker = Maker(schemas)
    for address in result["paths"].values():
        for operation in address.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body is not None:
                _put(body, maker)
            wrong_field = _first_field(body, schemas) if body else "colour"
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get("application/json")
                if content is None:
                    continue
                if content["schema"].get("$ref", "").endswith("/ErrorResponse"):
                    content.setdefault("example", error_example(int(status), wrong_field))
                else:
                    _put(content, maker)
    for schema in schemas.values():
        schema.pop(DECLARED, None)
    return result


def _put(content: Json, maker: "Maker") -> None:
    if "example" not in content and "examples" not in content:
        content["example"] = maker.value("", content["schema"])


def _first_field(body: Json, schemas: Mapping[str, Json]) -> str:
    schema = schemas.get(body["schema"].get("$ref", "").rpartition("/")[2], {})
    return next(iter([*schema.get("required", []), *schema.get("properties", {})]), "colour")


class Maker:
    """Makes a value that fits a schema of the document."""

    def __init__(self, schemas: Mapping[str, Json]) -> None:
        self._schemas = schemas

    def value(self, name: str, schema: Json, depth: int = 0) -> Any:
        """A value for the field ``name``."""
        schema = self._resolved(schema)
        kind, known = schema.get("type"), BY_NAME.get(name)
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return [self.value(name, schema["items"], depth + 1)] if depth < DEEPEST else []
        return known if name in BY_NAME and fits(known, schema) else plain(name, schema)

    def _resolved(self, schema: Json) -> Json:
        if "$ref" in schema:
            return self._resolved(self._schemas[schema["$ref"].rpartition("/")[2]])
        parts = schema.get("allOf") or schema.get("oneOf") or schema.get("anyOf")
        return self._resolved(parts[0]) if parts else schema

    def _object(self, schema: Json, depth: int) -> Json:
        declared = schema.get(DECLARED, {})
        made: Json = {}
        for name, field in schema.get("properties", {}).items():
            if name in declared:
                made[name] = declared[name]
            elif field.get("format") == "binary" or depth >= DEEPEST:
                continue
            else:
                made[name] = self.value(name, field, depth + 1)
        return made


def fits(value: Any, schema: Json) -> bool:
    """Whether ``value`` is of the schema's kind and within its bounds."""
    kind = schema.get("type")
    if value is None:
        return bool(schema.get("nullable"))
    if kind == "string" and isinstance(value, str):
        longest, pattern = schema.get("maxLength", len(value)), schema.get("pattern", "")
        in_bounds = schema.get("minLength", 0) <= len(value) <= longest
        known_format = schema.get("format") in {None, "password"} or value in BY_FORMAT.values()
        return in_bounds and known_format and re.search(pattern, value) is not None
    if kind == "integer" and isinstance(value, int):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return False


def plain(name: str, schema: Json) -> Any:
    """A value by the schema's kind alone."""
    if schema.get("default") is not None:
        return schema["default"]
    kind = schema.get("type")
    if kind == "boolean":
        return True
    if kind in {"integer", "number"}:
        lowest: int = schema.get("minimum", 1)
        return lowest if "maximum" in schema else max(lowest, 1)
    if kind != "string":
        return {}
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    words = name.replace("_", " ") or "text"
    return words.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength", len(words) + 100)]
