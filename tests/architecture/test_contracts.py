"""The published language: every event has an owner that publishes it, a schema and a sample."""

import ast
from pathlib import Path

import jsonschema
import msgspec
import pytest

from common.contracts.base import owner_of, to_wire
from common.contracts.export import SAMPLES, SCHEMAS, events, export, schema_text
from common.testing.samples import sample, sample_payload
from tests.architecture.tree import APPS, modules

EVENTS = events()


@pytest.mark.parametrize("name", EVENTS)
def test_the_schema_file_is_the_one_of_the_class(name: str) -> None:
    written = (SCHEMAS / f"{name}.json").read_text(encoding="utf-8")
    assert written == schema_text(EVENTS[name]), "run: python -m common.contracts.export"


@pytest.mark.parametrize("name", EVENTS)
def test_the_sample_has_every_field_of_the_class_and_no_other(name: str) -> None:
    assert to_wire(sample(name)) == sample_payload(name)
    jsonschema.validate(sample_payload(name), msgspec.json.decode((SCHEMAS / f"{name}.json").read_bytes()))


def test_no_schema_and_no_sample_outlives_its_event() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(EVENTS)
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(EVENTS)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_published_by_its_owner_and_nobody_else(name: str) -> None:
    """What all services do alike with the old file is done in common, where publishing checks the owner."""
    publishers = {service for service in APPS if EVENTS[name].__name__ in _made_in(f"{service}_service")}
    assert publishers == {owner_of(name)} or (
        not publishers and EVENTS[name].__name__ in _made_in("common/legacy")
    )


def test_an_event_is_defined_in_its_owners_module() -> None:
    wrong = [name for name, cls in EVENTS.items() if cls.__module__ != f"common.contracts.{owner_of(name)}"]
    assert wrong == []


def test_the_export_reports_what_it_changed_and_removes_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "employee.promoted.json").write_text("{}", encoding="utf-8")
    assert export(tmp_path) == sorted(["employee.promoted.json", *(f"{name}.json" for name in EVENTS)])
    assert export(tmp_path) == []


def _made_in(package: str) -> set[str]:
    """Names of the event classes that ``package`` makes instances of."""
    classes = {cls.__name__ for cls in EVENTS.values()}
    calls = (
        node
        for path in modules(package)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)} & classes
