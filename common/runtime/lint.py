"""Runs every check of the source and says of each in one line whether it passed."""

import importlib
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import Final

from common.runtime.credentials import ensure_keys, load_or_create
from common.runtime.environment import Environments, machine_environment
from common.runtime.files import require_folder
from common.runtime.layout import ROOT, SERVICES, VAR, tool
from common.runtime.ports import DEFAULT_BASE, Ports

_AT_A_TIME: Final = 2
# Nothing listens there: these checks need settings, not a server.
_NO_SERVER: Final = 1


@dataclass(frozen=True)
class Check:
    """One check: its name and the command that fails when there is something to mend."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=machine_environment)


def run_checks() -> int:
    """Runs all checks, two at a time; 1 when one fails."""
    failed: list[str] = []
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        futures = [pool.submit(_run, check) for check in _checks()]
        for future in as_completed(futures):
            check, passed, output, seconds = future.result()
            print(f"{'ok    ' if passed else 'failed'}  {check.name} ({seconds:.1f} s)", flush=True)
            if not passed:
                failed.append(check.name)
                print(output, flush=True)
    if failed:
        print(f"{len(failed)} of {len(futures)} checks failed: {', '.join(failed)}")
    return 1 if failed else 0


def check_translations() -> int:
    """Prints what is missing from the translations; 1 when something is."""
    problems: Sequence[str] = importlib.import_module("common.conf.translations").check()
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _checks() -> list[Check]:
    return [
        Check("mypy --strict", (tool("mypy"), "--strict")),
        Check("ruff check", (tool("ruff"), "check", ".")),
        Check("ruff format", (tool("ruff"), "format", "--check", ".")),
        Check("import rules", (tool("lint-imports"),)),
        *_migration_checks(),
        Check("translations", (sys.executable, "-m", "common.runtime", "translations-check")),
    ]


def _migration_checks() -> list[Check]:
    root = VAR / "lint"
    require_folder(root)
    ensure_keys(root, SERVICES)
    ports = Ports(_NO_SERVER, _NO_SERVER, {name: DEFAULT_BASE + at for at, name in enumerate(SERVICES)})
    environments = Environments(root, ports, load_or_create(root, SERVICES), "test")
    # Django would like to look at the history in the database, warns that it cannot, and goes on.
    quiet = (sys.executable, "-W", "ignore::RuntimeWarning")
    return [
        Check(
            f"migrations of {name}_service",
            (*quiet, f"{name}_service/manage.py", "makemigrations", "--check", "--dry-run"),
            environments.of(name, "lint"),
        )
        for name in SERVICES
    ]


def _run(check: Check) -> tuple[Check, bool, str, float]:
    began = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=check.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return check, done.returncode == 0, done.stdout, time.monotonic() - began
