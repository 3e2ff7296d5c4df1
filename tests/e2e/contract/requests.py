"""Requests made of the facts: good ones up to the edges of what is published, and bad ones of each kind."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from tests.e2e.contract.departures import NOT_REQUIRED, NOT_TAKEN
from tests.e2e.contract.facts import FORM, Operation
from tests.e2e.contract.samples import edges, sample, too_far, wrong
from tests.e2e.contract.world import Scene

PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

Body = dict[str, Any]
Bodies = Iterator[tuple[set[str], Body]]


def required(operation: Operation) -> set[str]:
    """The fields that a body must have, departures considered."""
    return {name for name in operation.required if (str(operation), name) not in NOT_REQUIRED}


def body(operation: Operation, scene: Scene, names: set[str], given: Body | None = None) -> Body | None:
    """A body with the fields ``names``; None for an operation without one."""
    if not operation.body_type:
        return None
    given = given or {}
    made = {name: _value(name, operation, scene, names, given) for name in sorted(names - given.keys())}
    return {**made, **{name: given[name] for name in given if name in names}}


def full(operation: Operation, scene: Scene) -> Body | None:
    """A body with every published field."""
    return body(operation, scene, set(operation.fields))


def good_bodies(operation: Operation) -> Bodies:
    """Names and fixed values of bodies that must be taken: everything, the least, and each field's edges."""
    least = required(operation)
    yield set(operation.fields), {}
    if not operation.body_type:
        return
    yield least, {}
    for name, schema in operation.fields.items():
        if name not in least:
            yield {*least, name}, {}
        for value in edges(schema):
            if (str(operation), name, value) not in NOT_TAKEN:
                yield {*least, name}, {name: value}


def bad_bodies(operation: Operation) -> Iterator[tuple[str, set[str], Body]]:
    """Bodies that must be refused, each after the name of the field that is wrong."""
    least = required(operation)
    for name, schema in operation.fields.items():
        if name in least:
            yield name, least - {name}, {}
        # In a form, everything is text.
        for value in too_far(schema) if operation.body_type == FORM else wrong(schema):
            yield name, {*least, name}, {name: value}
    yield "no_such_field", {*least, "no_such_field"}, {"no_such_field": "x"}


def good_queries(operation: Operation, scene: Scene) -> Iterator[dict[str, Any]]:
    """Nothing, each parameter with each kind of value, and all at once."""
    yield {}
    for name, schema in operation.query.items():
        for value in (scene.query.get(name, sample(name, schema)), *edges(schema)):
            yield {name: _spelled(value)}
    if operation.query:
        yield {
            name: _spelled(scene.query.get(name, sample(name, schema)))
            for name, schema in operation.query.items()
        }


def bad_queries(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """Queries that must be refused, each after the name of the parameter that is wrong."""
    for name, schema in operation.query.items():
        if schema["type"] == "string" and not {"enum", "format"} & schema.keys():
            continue
        for value in wrong(schema):
            # Numbers, true and false are what their text says, and an empty list is no parameter at all.
            if isinstance(value, str) or value in (1.5, *too_far(schema)):
                yield name, {name: _spelled(value)}
        yield name, {name: [_spelled(sample(name, schema))] * 2}
    yield "no_such_parameter", {"no_such_parameter": "x"}


def _value(name: str, operation: Operation, scene: Scene, names: set[str], given: Body) -> Any:
    if name in scene.fields:
        value = scene.fields[name]
        return value(names, given) if callable(value) else value
    schema = operation.fields[name]
    if schema.get("format") == "binary":
        return (f"{uuid4().hex}.pdf", PAPER + uuid4().bytes, "application/pdf")
    return sample(name, schema)


def _spelled(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
