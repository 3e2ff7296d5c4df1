"""The sagas this service can drive, by name and version."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.functional import Promise

from common.contracts.base import from_wire
from common.sagas.definition import SagaDefinition
from common.sagas.models import SagaInstance


@dataclass(frozen=True)
class Finished:
    """A saga at its end, as the hooks see it."""

    instance: SagaInstance
    data: Any
    results: dict[str, dict[str, Any]]


Words = str | Promise
Hook = Callable[[Sequence[Finished]], None]


def _nothing(_finished: Sequence[Finished]) -> None:
    """The default hook."""


@dataclass(frozen=True)
class Registered:
    """A definition with what happens locally, in the engine's transaction, when sagas of it end."""

    definition: SagaDefinition[Any]
    completed_many: Hook
    compensated_many: Hook
    title: Words
    step_titles: Mapping[str, Words]


_registered: dict[tuple[str, str], Registered] = {}


def register(
    definition: SagaDefinition[Any],
    *,
    completed_many: Hook = _nothing,
    compensated_many: Hook = _nothing,
    title: Words = "",
    step_titles: Mapping[str, Words] | None = None,
) -> None:
    """Make ``definition`` known. The hooks run in all companies, in the transaction that ends the sagas.

    ``title`` and ``step_titles`` are what people read for the saga and, by name, for its steps.
    """
    _registered[definition.name, definition.version] = Registered(
        definition, completed_many, compensated_many, title, step_titles or {}
    )


def registered(name: str, version: str) -> Registered:
    """What was registered; KeyError for a saga or version this code does not know."""
    try:
        return _registered[name, version]
    except KeyError:
        raise KeyError(f"This service does not know version {version} of the saga {name}.") from None


def find(name: str, version: str) -> Registered | None:
    """What was registered, or None."""
    return _registered.get((name, version))


def title_of(name: str) -> Words:
    """What people read for sagas of the name, or the name where this code has no words for it."""
    titles = [
        entry.title for (registered_name, _version), entry in _registered.items() if registered_name == name
    ]
    return titles[-1] if titles and titles[-1] else name


def known() -> list[SagaDefinition[Any]]:
    """Every registered definition."""
    return [entry.definition for entry in _registered.values()]


def read_data(instance: SagaInstance) -> msgspec.Struct:
    """The instance's typed data; raises msgspec.ValidationError when this code cannot read it."""
    data: msgspec.Struct = from_wire(
        registered(instance.name, instance.version).definition.data, instance.data
    )
    return data


def subject_of(instance: SagaInstance) -> str:
    """Whom the saga is about; empty when this code cannot read it."""
    try:
        return registered(instance.name, instance.version).definition.subject(read_data(instance))
    except (KeyError, msgspec.ValidationError):
        return ""
