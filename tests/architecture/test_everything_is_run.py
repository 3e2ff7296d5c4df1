"""A command or a task that no test runs is broken already; nobody has noticed yet."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import APPS, PACKAGES, ROOT, modules, named, suites

TASK_DECORATORS = {"shared_task", "participates", "compensates", "task"}
FAKING = re.compile(
    r"^\s*(?:from unittest(?:\.mock)? import .*\b(?:mock|Mock|patch)|import unittest\.mock)", re.M
)
TEST_SOURCES = {
    path: path.read_text(encoding="utf-8") for path in suites() if path != Path(__file__).resolve()
}


def _commands() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("management/commands/*.py")):
            if not path.stem.startswith("_"):
                yield path


def _tasks() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                _called(item) in TASK_DECORATORS for item in node.decorator_list
            ):
                yield path, node


def _called(decorator: ast.expr) -> str:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _mentioned(pattern: str) -> bool:
    return any(re.search(pattern, text) for text in TEST_SOURCES.values())


def test_every_command_has_a_test_that_runs_it() -> None:
    # By its name in quotes, or by a function of that name that runs it.
    untested = [
        named(path) for path in _commands() if not _mentioned(rf"""["']{path.stem}["']|\b{path.stem}\(""")
    ]
    assert untested == []


def test_every_task_has_a_test_that_runs_it() -> None:
    untested = [
        f"{named(path)}: {task.name}" for path, task in _tasks() if not _mentioned(rf"\b{task.name}\b")
    ]
    assert untested == []


@pytest.mark.parametrize("service", APPS)
def test_every_service_keeps_the_rules_that_all_keep(service: str) -> None:
    own = {path: text for path, text in TEST_SOURCES.items() if f"{service}_service" in path.parts}
    for rules in ("RowSecurityRules", "RotationRules", "OpenApiRules", "ListRules", "WebRules"):
        assert [path for path, text in own.items() if f"({rules})" in text], rules
    assert ROOT / f"{service}_service" / "tests" / "test_contracts.py" in own


def test_every_task_says_its_name() -> None:
    nameless = [
        f"{named(path)}: {task.name}"
        for path, task in _tasks()
        for item in task.decorator_list
        if _called(item) in {"shared_task", "task"}
        and not (isinstance(item, ast.Call) and any(keyword.arg == "name" for keyword in item.keywords))
    ]
    assert nameless == []


@pytest.mark.parametrize("path", TEST_SOURCES, ids=named)
def test_nothing_of_ours_is_mocked(path: Path) -> None:
    assert not FAKING.search(TEST_SOURCES[path])
