"""Makes the virtualenv and installs the locked packages; run by the Makefile with a Python that works.

Uses the standard library only, since nothing is installed yet. A stamp file makes a second run cost nothing.
There are two locks: what the system runs with, and that with the tools of tests and checks beside it.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from common.runtime.errors import OperatorError
from common.runtime.files import exclusive, require_folder
from common.runtime.layout import MAIN_LOCK, ROOT, TOOLS_LOCK, VAR
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


def ensure_environment(venv: Path, locks: Sequence[Path], progress: Progress) -> None:
    """Makes the virtualenv if it is missing or broken and brings it to what the last of the locks says.

    Args:
        venv: Its folder.
        locks: Each holds all that the one before it holds, in the same releases.
        progress: Told what is going on.

    Raises:
        OperatorError: It could not be made, or a package could not be installed.
    """
    stamp = venv / _STAMP
    if _up_to_date(venv, locks[-1], stamp):
        return
    require_folder(VAR)
    with exclusive(VAR / "setup.lock"):
        # Another command may have done it while this one waited.
        if _up_to_date(venv, locks[-1], stamp):
            return
        # Whoever is killed in the middle leaves something that no stamp speaks for.
        stamp.unlink(missing_ok=True)
        if not _works(venv):
            _make(venv, progress)
        install(locks[-1], venv, progress)
        # The folder belongs to it: the programs in bin/ name their interpreter by its full path.
        stamp.write_text("".join(f"{line}\n" for line in (venv, *map(_digest, locks))), encoding="utf-8")


def install(lock: Path, venv: Path, progress: Progress) -> None:
    """Installs what the lock names into the virtualenv, every file checked against its hash.

    Raises:
        OperatorError: pip failed; the sentence is followed by the end of what it said.
    """
    total = sum(line[:1].isalnum() for line in lock.read_text(encoding="utf-8").splitlines())
    name = f"{lock.parent.name}/{lock.name}"
    quiet = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")
    command = [*_pip(venv), "install", "--require-hashes", "--no-deps", *quiet, "-r", str(lock)]
    with progress.step(f"Installing {total} packages from {name}") as step:
        output = _follow_pip(command, step, total)
        if output:
            raise OperatorError(
                f"The packages of {name} could not be installed: mend what pip says "
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
        folder, *installed = stamp.read_text(encoding="utf-8").splitlines() or [""]
    except OSError:
        return False
    return folder == str(venv) and _digest(lock) in installed and _works(venv)


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


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


def main(arguments: Sequence[str]) -> int:
    """Brings .venv up to date, with ``--tools`` for tests and checks; exit code 2 and one sentence if it cannot."""
    os.chdir(ROOT)
    locks = (MAIN_LOCK, TOOLS_LOCK) if "--tools" in arguments else (MAIN_LOCK,)
    try:
        ensure_environment(VENV, locks, Progress())
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
    sys.exit(main(sys.argv[1:]))
