"""The facts' short notation as JSON Schema, and a validator that takes formats seriously.

A word is a type, a format or the name of a schema; ``{array_of: X}`` and ``{object: {name: X}}`` are what they
say. A field that is not required may be missing; null is no value of any type.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker

TYPES = {"string", "boolean", "integer", "number", "object"}
FORMATS = {"uuid", "date-time", "date", "email", "uri", "password", "binary"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

formats = FormatChecker(formats=())


def json_schema(shape: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """``shape`` as JSON Schema, with the schemas it names written out."""
    if isinstance(shape, str):
        return _word(shape, named)
    if "array_of" in shape:
        return {"type": "array", "items": json_schema(shape["array_of"], named)}
    if "object" in shape:
        return {"type": "object", "properties": _each(shape["object"], named)}
    schema = dict(shape)
    if "properties" in schema:
        schema["properties"] = _each(schema["properties"], named)
    if "additionalProperties" in schema:
        schema["additionalProperties"] = json_schema(schema["additionalProperties"], named)
    return schema


def problems(schema: Mapping[str, Any], value: Any) -> list[str]:
    """What is wrong with ``value``, each with the place; empty when it keeps to the schema."""
    found = Draft202012Validator(schema, format_checker=formats).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


def _word(word: str, named: Mapping[str, Any]) -> dict[str, Any]:
    if word in TYPES:
        return {"type": word}
    if word in FORMATS:
        return {"type": "string", "format": word}
    return json_schema(named[word], named)


def _each(shapes: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json_schema(shape, named) for name, shape in shapes.items()}


def _format(name: str) -> Callable[[Callable[[str], bool]], None]:
    def register(check: Callable[[str], bool]) -> None:
        formats.checks(name, raises=ValueError)(lambda value: not isinstance(value, str) or check(value))

    return register


@_format("uuid")
def _uuid(text: str) -> bool:
    return str(UUID(text)) == text


@_format("date-time")
def _time(text: str) -> bool:
    return bool(TIME.fullmatch(text) and datetime.fromisoformat(text))


@_format("date")
def _date(text: str) -> bool:
    return date.fromisoformat(text).isoformat() == text


@_format("email")
def _email(text: str) -> bool:
    return bool(re.fullmatch(r"[^@\s]+@[^@\s]+", text))


@_format("uri")
def _uri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and parts.netloc)
