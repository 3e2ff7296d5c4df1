"""Fixtures of the analytics service's tests."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def report_folder(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files of reports go, for this process and for those it starts."""
    folder = tmp_path / "reports"
    folder.mkdir()
    settings.REPORT_SPOOL_DIR = str(tmp_path / "unfinished")
    monkeypatch.setenv("REPORT_STORAGE_DIR", str(folder))
    monkeypatch.setenv("REPORT_SPOOL_DIR", settings.REPORT_SPOOL_DIR)
    storage = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "reports": storage}
    return folder
