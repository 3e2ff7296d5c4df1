"""Which run a command means that names none."""

from pathlib import Path

import pytest

from common.runtime.errors import OperatorError
from common.runtime.files import write_json
from common.runtime.run_folders import begin, end, interrupted_import, last_import

SOURCE = "/data/old.db"


def imported(reports: Path, name: str, things: int, *, dry_run: bool = False, ended: bool = True) -> None:
    record = begin(reports / name, "import", SOURCE)
    write_json(reports / name / "auth.json", {"total": {"imported": 0}, "dry_run": dry_run})
    write_json(reports / name / "employee.json", {"total": {"imported": things}, "dry_run": dry_run})
    write_json(reports / name / "report.json", {"command": "import"})
    if ended:
        end(reports / name, record)


def test_the_last_import_that_brought_something_is_taken_back(tmp_path: Path) -> None:
    imported(tmp_path, "first", 3)
    imported(tmp_path, "second", 2)
    imported(tmp_path, "nothing-new", 0)
    imported(tmp_path, "for-trial", 7, dry_run=True)
    assert last_import(tmp_path, SOURCE) == "second"


def test_an_import_that_was_interrupted_may_have_brought_something(tmp_path: Path) -> None:
    imported(tmp_path, "first", 3)
    imported(tmp_path, "interrupted", 0, ended=False)
    assert last_import(tmp_path, SOURCE) == interrupted_import(tmp_path, SOURCE) == "interrupted"


def test_where_no_import_brought_anything_the_newest_is_meant(tmp_path: Path) -> None:
    imported(tmp_path, "first", 0)
    imported(tmp_path, "second", 0)
    assert last_import(tmp_path, SOURCE) == "second"


def test_where_nothing_was_imported_an_operator_is_asked_which_import_is_meant(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="which import"):
        last_import(tmp_path, SOURCE)
