"""What a service takes from the old file: one entry for each table it reads."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic
from uuid import UUID

from django.db.models import Manager

from common.legacy.mapper import ArgsT, Imported, Mapper, Quarantined, ToDo

EXAMPLES = 5


@dataclass(frozen=True)
class Written:
    """What a service made of a batch: the ids it refused and why, and what it found for HR to do."""

    refused: Mapping[UUID, Quarantined] = field(default_factory=dict)
    todo: Sequence[ToDo] = ()


@dataclass(frozen=True)
class TableImport(Generic[ArgsT]):
    """How one old ``table`` comes into this service.

    ``name`` is what it becomes here. ``existing`` says which of some ids are here already. ``write`` calls
    the service; it raises for a whole batch when the database refuses a row, and is then called with halves.
    With ``shared`` several rows may make one thing: the rows after the first count as merged. ``rules`` are
    sentences for the report about what is deliberately not as it was.
    """

    name: str
    table: str
    map: Mapper[ArgsT]
    existing: Callable[[Collection[UUID]], set[UUID]]
    write: Callable[[Sequence[Imported[ArgsT]]], Written]
    shared: bool = False
    rules: Sequence[str] = ()


Plan = Sequence[TableImport[Any]]


def present_in(manager: Manager[Any]) -> Callable[[Collection[UUID]], set[UUID]]:
    """An ``existing`` that looks among the rows of ``manager``."""

    def existing(ids: Collection[UUID]) -> set[UUID]:
        return set(manager.filter(pk__in=ids).values_list("pk", flat=True))

    return existing


@dataclass
class Tally:
    """What became of the first ``done`` rows of a table; counts by reason, rule and kind, a few old ids."""

    source_rows: int = 0
    done: int = 0
    imported: int = 0
    unchanged: int = 0
    merged: int = 0
    quarantined: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    todo: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def accounted(self) -> int:
        """The rows of which it is known what became of them."""
        return self.imported + self.unchanged + self.merged + self.quarantined + self.skipped

    def numbers(self) -> dict[str, int]:
        """The plain counts."""
        names = ("source_rows", "done", "imported", "unchanged", "merged", "quarantined", "skipped")
        return {name: getattr(self, name) for name in names}

    def details(self) -> dict[str, Any]:
        """The counts by reason, rule and kind, and the examples, as JSON."""
        counters = {"reasons": self.reasons, "rules": self.rules, "todo": self.todo}
        return {name: dict(counter) for name, counter in counters.items()} | {"examples": self.examples}

    def quarantine(self, reason: str, old_id: str) -> None:
        """Count a row that is set aside."""
        self.quarantined += 1
        self.reasons[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(old_id)

    def skip(self, rule: str) -> None:
        """Count a row that stays behind by a rule."""
        self.skipped += 1
        self.rules[rule] += 1
