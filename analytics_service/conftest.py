"""Fixtures of the analytics service's tests."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def report_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of reports go, for this process and for those it starts."""
    folder = tmp_path / "reports"
    folder.mkdir()
    monkeypatch.setenv("REPORT_STORAGE_DIR", str(folder))
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "reports": storage}
    return folder
