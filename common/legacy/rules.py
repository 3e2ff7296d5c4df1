"""Which rules read a row: a number made of the code itself, so that nobody has to remember to raise one."""

import hashlib
import sys
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

_HERE = Path(__file__).parent
# What turns a row of the file into values and facts.
_READING: Final = (
    "choices", "content", "emails", "fact_store", "facts", "gathering", "ids", "mapper", "monolith", "scripts",
    "values", "words",
)  # fmt: skip


@cache
def reading_rules() -> str:
    """Of the code that reads rows and gathers facts; eight digits that change with it."""
    modules = [_HERE / f"{name}.py" for name in _READING]
    return _digest([*modules, *_HERE.glob("old_*.py"), _HERE.parent / "search.py"])


def plan_rules(plan_of: Callable[..., Any]) -> str:
    """Of all the code that makes a service's things from rows, its plan's included; 16 digits."""
    path = Path(str(sys.modules[plan_of.__module__].__file__))
    # A plan of its own package is all of it.
    modules = path.parent.glob("*.py") if path.parent.name == "legacy" else [path]
    return reading_rules() + _digest(modules)


def _digest(modules: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for module in sorted(modules):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:8]
