"""The reckoning: what was tried, and what got through."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from common.runtime.tables import table

SHOWN = 40
"""As many leaks a failing test lists; the others are counted."""


@dataclass
class Attack:
    """The attempts of one group."""

    name: str
    attempts: int = 0
    leaks: list[str] = field(default_factory=list)

    def holds(self, condition: object, what: str) -> None:
        """Count an attempt; ``what`` tells of the leak when the defence did not hold."""
        self.attempts += 1
        if not condition:
            self.leaks.append(what)

    def leaked(self, what: str) -> None:
        """Note a leak that shows only afterwards, of attempts that were counted already."""
        self.leaks.append(what)


class Ledger:
    """All groups of one run."""

    def __init__(self) -> None:
        self._groups: dict[str, Attack] = {}

    @contextmanager
    def attack(self, name: str) -> Iterator[Attack]:
        """A block of attempts; AssertionError at its end when one of them got through, or when there was none."""
        group = self._groups.setdefault(name, Attack(name))
        attempts, leaks = group.attempts, len(group.leaks)
        yield group
        assert group.attempts > attempts, f"{name}: nothing was tried"
        fresh = group.leaks[leaks:]
        assert not fresh, _told(name, fresh)

    @property
    def groups(self) -> Sequence[Attack]:
        """Every group, in order of its name."""
        return sorted(self._groups.values(), key=lambda group: group.name)

    def table(self) -> str:
        """Attempts and leaks of each group, and of all."""
        rows = [(group.name, str(group.attempts), str(len(group.leaks))) for group in self.groups]
        attempts = sum(group.attempts for group in self.groups)
        leaks = sum(len(group.leaks) for group in self.groups)
        return table(("attack", "attempts", "leaks"), [*rows, ("all", str(attempts), str(leaks))])


def _told(name: str, leaks: Sequence[str]) -> str:
    more = f"\n  … and {len(leaks) - SHOWN} more" if len(leaks) > SHOWN else ""
    return f"{len(leaks)} leaks in {name}:\n  " + "\n  ".join(leaks[:SHOWN]) + more
