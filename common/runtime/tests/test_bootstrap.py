"""The virtualenv is brought to what a lock says, once, and never believed to be what it is not."""

from io import StringIO
from pathlib import Path
from venv import create

import pytest

from common.runtime.bootstrap import ensure_environment
from common.runtime.errors import OperatorError
from common.runtime.progress import Progress


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("setup") / "venv"
    # Without a pip of its own, which takes longest to make.
    create(folder)
    return folder


@pytest.fixture
def locks(tmp_path: Path) -> tuple[Path, Path]:
    """What runs, and that with tools: without a package, so that no index is asked."""
    runs, tools = tmp_path / "main.lock", tmp_path / "development.lock"
    runs.write_text(f"# what runs in {tmp_path}\n", encoding="utf-8")
    tools.write_text(f"# what tests it in {tmp_path}\n", encoding="utf-8")
    return runs, tools


def _said(venv: Path, *locks: Path) -> str:
    said = StringIO()
    ensure_environment(venv, locks, Progress(said))
    return said.getvalue()


def test_what_is_there_is_not_installed_again(venv: Path, locks: tuple[Path, Path]) -> None:
    assert "main.lock" in _said(venv, locks[0])
    assert _said(venv, locks[0]) == ""


def test_tools_come_beside_what_runs(venv: Path, locks: tuple[Path, Path]) -> None:
    _said(venv, locks[0])
    assert "development.lock" in _said(venv, *locks)
    assert _said(venv, locks[0]) == ""
    assert _said(venv, *locks) == ""


def test_a_lock_that_has_changed_is_installed(venv: Path, locks: tuple[Path, Path]) -> None:
    _said(venv, *locks)
    locks[0].write_text("# another\n", encoding="utf-8")
    assert "main.lock" in _said(venv, locks[0])
    assert "development.lock" in _said(venv, *locks)


def test_what_could_not_be_installed_is_not_taken_for_what_was_there_before(
    venv: Path, locks: tuple[Path, Path], tmp_path: Path
) -> None:
    _said(venv, locks[0])
    broken = tmp_path / "broken.lock"
    broken.write_text("./no-such-file.whl --hash=sha256:00\n", encoding="utf-8")
    with pytest.raises(OperatorError, match=r"broken\.lock could not be installed: mend what pip says"):
        _said(venv, broken)
    assert "main.lock" in _said(venv, locks[0])


def test_a_virtualenv_whose_python_has_gone_is_made_anew(venv: Path, locks: tuple[Path, Path]) -> None:
    _said(venv, locks[0])
    (venv / "bin" / "python").unlink()
    assert "Making the virtualenv venv" in _said(venv, locks[0])
    assert _said(venv, locks[0]) == ""
