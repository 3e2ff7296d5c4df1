"""docs/fault-matrix.md promises tests: they exist, and every row says what is the matter."""

import ast
import re
from functools import cache

import pytest

from tests.architecture.tree import ROOT

MATRIX = (ROOT / "docs" / "fault-matrix.md").read_text(encoding="utf-8")
ROWS = [line for line in MATRIX.splitlines() if line.startswith("| ") and not line.startswith("| Fault")]
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
OPEN = "not done yet"


@cache
def functions_of(path: str) -> frozenset[str]:
    """The names of the tests in a file of the repository."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(MATRIX))))
def test_a_test_that_the_matrix_names_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    assert name in functions_of(path)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_fault_has_tests_and_an_outcome_or_is_said_to_be_open(row: str) -> None:
    _, fault, tests, outcome, _ = (cell.strip() for cell in row.split("|"))
    assert fault
    assert outcome
    assert bool(NAMED.search(tests)) != (OPEN in tests)


def test_every_crash_test_is_in_the_matrix() -> None:
    named = set(NAMED.findall(MATRIX))
    folder = ROOT / "tests" / "crash"
    missing = [
        (path, name)
        for file in sorted(folder.glob("test_*.py"))
        for path in [str(file.relative_to(ROOT))]
        for name in sorted(functions_of(path))
        if name.startswith("test_") and (path, name) not in named
    ]
    assert missing == []
