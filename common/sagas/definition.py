"""Declares a process over services: what it carries, its steps and how each is undone. Knows no Django."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from common.contracts.base import Command

DataT = TypeVar("DataT", bound=msgspec.Struct)
Results = Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Step(Generic[DataT]):
    """One change in one service. Known by its name for ever: live sagas refer to it."""

    name: str
    participant: str
    """The service that does it."""
    action: str
    """The Celery task that does it."""
    compensation: str
    """The Celery task that undoes it; undoing what never happened does nothing."""
    command: Callable[[DataT, Results], Command]
    """The command from the saga's data and the results of the steps before, by step name."""


def _nobody(_data: Any) -> str:
    """The subject of a saga that does not name one."""
    return ""


@dataclass(frozen=True)
class SagaDefinition(Generic[DataT]):
    """A named, versioned sequence of steps. A changed sequence is a new version beside the old one."""

    name: str
    version: str
    data: type[DataT]
    steps: tuple[Step[DataT], ...]
    deadline_seconds: float = 60.0
    """After this long without completion it is compensated."""
    subject: Callable[[DataT], str] = _nobody
    """Whom or what one run is about, in words for the people who look after it."""

    def __post_init__(self) -> None:
        """Refuse two steps of one name."""
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names) or not names:
            raise ValueError(f"The steps of {self.name} need names of their own.")

    def step(self, name: str) -> Step[DataT]:
        """The step called ``name``; KeyError when this version has none."""
        return self.steps[self.index(name)]

    def index(self, name: str) -> int:
        """The place of step ``name`` in this version; KeyError when it has none."""
        for index, step in enumerate(self.steps):
            if step.name == name:
                return index
        raise KeyError(f"{self.name} version {self.version} has no step {name!r}.")

    def after(self, name: str) -> Step[DataT] | None:
        """The step that follows ``name``, or None at the end."""
        index = self.index(name) + 1
        return self.steps[index] if index < len(self.steps) else None

    def before(self, name: str) -> Step[DataT] | None:
        """The step before ``name``, or None at the start."""
        index = self.index(name)
        return self.steps[index - 1] if index else None
