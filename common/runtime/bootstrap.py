"""Makes the virtualenv and installs the locked packages; run by the Makefile with a Python that works.

Uses the standard library only, since nothing is installed yet. A stamp file makes a second run cost nothing.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from common.runtime.errors import OperatorError
from common.runtime.files import exclusive, require_folder
from common.runtime.layout import MAIN_LOCK, ROOT, VAR
from common.runtime.progress import Progress, Step

VENV = ROOT / ".venv"
_STAMP = "installed.stamp"
_SHOWN_ON_FAILURE = 12
# What each way to make a virtualenv needs, and the way. Debian splits ensurepip off into its own package;
# pip can install into a virtualenv from outside.
_WAYS = (
    ("from ensurepip import version", ("-m", "venv", "--clear")),
    ("from virtualenv import __version__", ("-m", "virtualenv", "--clear")),
    ("from pip import __version__", ("-m", "venv", "--clear", "--without-pip")),
)


def ensure_environment(venv: Path, lock: Path, progress: Progress) -> None:
    """Makes the virtualenv if it is missing or broken and brings it to what the lock says.

    Raises:
        OperatorError: It could not be made, or a package could not be installed.
    """
    stamp = venv / _STAMP
    if _up_to_date(venv, lock, stamp):
        return
    require_folder(VAR)
    with exclusive(VAR / "setup.lock"):
        # Another command may have done it while this one waited.
        if _up_to_date(venv, lock, stamp):
            return
        if not _works(venv):
            _make(venv, progress)
        install(lock, venv, progress)
        stamp.write_text(_wanted_stamp(venv, lock), encoding="utf-8")


def install(lock: Path, venv: Path, progress: Progress) -> None:
    """Installs what the lock names into the virtualenv, every file checked against its hash.

    Raises:
        OperatorError: pip failed; the sentence is followed by the end of what it said.
    """
    total = sum(line[:1].isalnum() for line in lock.read_text(encoding="utf-8").splitlines())
    quiet = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
    command = [*_pip(venv), "install", "--require-hashes", "--no-deps", *quiet, "-r", str(lock)]
    with progress.step(f"Installing {total} packages from {lock.relative_to(ROOT)}") as step:
        output = _follow_pip(command, step, total)
        if output:
            raise OperatorError(
                f"The packages of {lock.relative_to(ROOT)} could not be installed: mend what pip says "
                "(network, disk, package index) and run the command again.\n"
                + "\n".join(f"    {line}" for line in output)
            )


def _follow_pip(command: Sequence[str], step: Step, total: int) -> list[str]:
    """Runs pip and counts its packages; the last lines it printed if it failed, else nothing."""
    lines: list[str] = []
    seen = 0
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            lines.append(line.rstrip())
            if line.startswith(("Collecting", "Requirement already satisfied")):
                seen += 1
                step.detail = f"{seen} of {total} fetched"
            elif line.startswith("Installing collected"):
                step.detail = "writing files"
    step.detail = ""
    return lines[-_SHOWN_ON_FAILURE:] if pip.returncode else []


def _up_to_date(venv: Path, lock: Path, stamp: Path) -> bool:
    try:
        return stamp.read_text(encoding="utf-8") == _wanted_stamp(venv, lock) and _works(venv)
    except OSError:
        return False


def _wanted_stamp(venv: Path, lock: Path) -> str:
    # The folder belongs to it: the programs in bin/ name their interpreter by its full path.
    return f"{venv}\n{hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def _works(venv: Path) -> bool:
    """Whether the virtualenv's Python starts; it does not once its base interpreter was removed."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    python = venv / "bin" / "python"
    return Path(sys.executable) == python or _runs(str(python), check)


def _make(venv: Path, progress: Progress) -> None:
    """Tries the ways to make a virtualenv that this Python has, until one succeeds."""
    base = _base_python()
    said: list[str] = []
    with progress.step(f"Making the virtualenv {venv.name}"):
        for needed, way in _WAYS:
            if not _runs(base, needed):
                continue
            done = subprocess.run([base, *way, str(venv)], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            said += (done.stderr or done.stdout).strip().splitlines()[-1:]
        if said:
            raise OperatorError(
                f"{venv} cannot be made with {base} ({' '.join(said)}): mend that, or choose another Python "
                "with `make PYTHON=/path/to/python3`."
            )
        raise OperatorError(
            f"{base} has neither ensurepip nor pip, so no virtualenv can be made: install them (on Debian "
            "and Ubuntu `apt-get install python3-venv`) and run the command again."
        )


def _pip(venv: Path) -> list[str]:
    """The command that installs into the virtualenv: its own pip, or the base Python's from outside."""
    python = str(venv / "bin" / "python")
    if _runs(python, "import pip"):
        return [python, "-m", "pip"]
    if _runs(_base_python(), "import pip"):
        return [_base_python(), "-m", "pip", "--python", python]
    raise OperatorError(f"{venv} has no pip: remove that folder and run the command again.")


def _base_python() -> str:
    """The interpreter that virtualenvs are made from, also when this one is inside a virtualenv."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _runs(python: str, statement: str) -> bool:
    """Whether the interpreter starts and can do what the statement says."""
    try:
        return subprocess.run([python, "-c", statement], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main() -> int:
    """Brings .venv up to date; exit code 2 and one sentence when that is impossible."""
    os.chdir(ROOT)
    try:
        ensure_environment(VENV, MAIN_LOCK, Progress())
    except OperatorError as error:
        print(f"hrms: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"hrms: {VENV} cannot be set up ({error}): mend that and try again.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
