"""What runs and what tests it are the same releases, and what runs brings no tools of tests along."""

import re
import tomllib
from typing import Any

import pytest

from tests.architecture.tree import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _locked(name: str) -> dict[str, str]:
    """By package: its release and the hashes of its files, as the lock says them."""
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    # Neither who wants it nor on which machines: a tool may want it on more of them.
    plain = re.sub(r" ;[^\\]*", " ", re.sub(r"^ *#.*\n", "", text, flags=re.M))
    entries = re.split(r"^(?=[a-z0-9])", plain, flags=re.M)
    return {re.split(r"==", entry)[0]: " ".join(entry.split()) for entry in entries if entry.strip()}


def _named(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", each)[0].lower() for each in requirements}


def test_tests_use_the_very_releases_that_run() -> None:
    runs, tested = _locked("main"), _locked("development")
    assert {name: entry for name, entry in runs.items() if tested.get(name) != entry} == {}


def test_everything_that_the_project_names_is_locked_where_it_belongs() -> None:
    runs, tools = _named(PROJECT["project"]["dependencies"]), _named(PROJECT["dependency-groups"]["dev"])
    assert runs - _locked("main").keys() == set()
    assert tools - _locked("development").keys() == set()
    assert {"pytest", "mypy", "ruff", "bandit", "moto"} & _locked("main").keys() == set()


@pytest.mark.parametrize("name", ["main", "development", "embedded", "gateway", "sqlcipher"])
def test_every_package_has_one_release_and_hashes(name: str) -> None:
    entries = _locked(name).values()
    assert entries
    assert [entry for entry in entries if not re.match(r"\S+==\S+ .*--hash=sha256:", entry)] == []


def test_images_hold_what_runs_and_nothing_else() -> None:
    text = (ROOT / "compose" / "service.Dockerfile").read_text(encoding="utf-8")
    assert "main.lock" in text
    assert "development.lock" not in text
