"""Enumerations in the OpenAPI document: each a component of its own, under the name of its class."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Choices

Json = dict[str, Any]

# How drf-spectacular marks an enumeration for its own way of naming them.
MARK = "x-spec-enum-id"
# What a text may also be where one of a few words is wanted, and none need be given.
EMPTY = "EmptyText"


def name_enumerations(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """A post-processing hook: put a reference in place of every enumeration.

    It is named after the ``Choices`` class with its values, else after the component and the field.
    """
    schemas = result.get("components", {}).get("schemas", {})
    found: dict[str, Json] = {}
    names = {values: kind.__name__ for kind in _kinds() if (values := tuple(kind.values))}
    for component, schema in list(schemas.items()):
        for field, holder in _fields(schema):
            _refer(holder, found, names, component + _camel(field))
    for parameter in _parameters(result):
        # Only known ones: a parameter belongs to no component that could lend its name.
        _refer(_items(parameter["schema"]), found, names, None)
    taken = set(found) & set(schemas)
    if taken:
        raise ValueError(f"{sorted(taken)} name an enumeration and a serializer.")
    if found:
        result["components"]["schemas"] = dict(sorted({**schemas, **found}.items()))
    return result


def _kinds() -> list[type[Choices]]:
    """Every class of choices that is loaded, in one order whatever was imported first."""
    kinds: list[type[Choices]] = []
    waiting: list[type[Choices]] = [Choices]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        kinds += [kind for kind in below if ".tests" not in kind.__module__]
    return sorted(kinds, key=lambda kind: (kind.__name__, kind.__module__), reverse=True)


def _fields(schema: Json) -> Iterator[tuple[str, Json]]:
    for name, field in schema.get("properties", {}).items():
        yield name, _items(field)


def _items(field: Json) -> Json:
    inner = field.get("items") or field.get("additionalProperties")
    return inner if field.get("type") in {"array", "object"} and isinstance(inner, dict) else field


def _parameters(result: Json) -> Iterator[Json]:
    for address in result["paths"].values():
        for operation in address.values():
            yield from operation.get("parameters", [])


def _refer(field: Json, found: dict[str, Json], names: dict[tuple[Any, ...], str], name: str | None) -> None:
    if "enum" not in field or MARK not in field:
        return
    del field[MARK]
    values = tuple(value for value in field["enum"] if value not in ("", None))
    name = names.get(values, name)
    if name is None or not values:
        return
    kind = field.pop("type", "string")
    described = field.pop("description", "")
    listing, explanation = _parted(described)
    found[name] = {"type": kind, "enum": list(values)} | ({"description": listing} if listing else {})
    references: list[Json] = [{"$ref": f"#/components/schemas/{name}"}]
    if "" in field["enum"]:
        found[EMPTY] = {"type": "string", "enum": [""]}
        references.append({"$ref": f"#/components/schemas/{EMPTY}"})
    if None in field["enum"]:
        references.append({"enum": [None]})
    del field["enum"]
    field |= {"oneOf" if len(references) > 1 else "allOf": references}
    if explanation:
        field["description"] = explanation
    if set(field) == {"allOf"}:
        field.clear()
        field |= references[0]


def _parted(described: str) -> tuple[str, str]:
    """The list of values and the field's own words, which drf-spectacular puts into one description."""
    if described.startswith("* "):
        return described, ""
    words, mark, listing = described.partition("\n\n* ")
    return (f"* {listing}" if mark else ""), words


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
