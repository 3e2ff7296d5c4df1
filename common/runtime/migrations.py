"""Runs the services' migrations with the owner role, a few at a time and only when there are new ones."""

import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.layout import MAIN_LOCK, SERVICES
from common.runtime.process_table import STACK_MARK
from common.runtime.progress import Progress
from common.runtime.provision import Database, Provisioner

_AT_A_TIME: Final = 2
_STEP: Final = "migrated"


@dataclass(frozen=True)
class Migration:
    """One database to migrate: by which command, in which environment (whose DATABASE_URL is the owner's)."""

    database: Database
    command: tuple[str, ...]
    environment: Mapping[str, str]


def digest_of(code: Path) -> str:
    """Changes whenever a migration of ours, or a package with migrations, does."""
    digest = hashlib.sha256()
    files = [
        file for top in ("common", *(f"{name}_service" for name in SERVICES)) for file in _files(code / top)
    ]
    for file in [*sorted(files), MAIN_LOCK]:
        digest.update(f"{file.name}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def outdated(databases: Iterable[Database], *, code: Path, provisioner: Provisioner) -> list[Database]:
    """Those that exist and were migrated by other migrations than the present ones, or not to the end."""
    wanted, memory = digest_of(code), provisioner.memory()
    return [each for each in databases if each.name in memory and memory[each.name].get(_STEP) != wanted]


def migrate(
    migrations: Sequence[Migration], *, code: Path, stack: Path, provisioner: Provisioner, progress: Progress
) -> list[str]:
    """Migrates every database that is not up to date and returns their names.

    Raises:
        OperatorError: One could not be migrated; the end of what the command said follows the sentence.
    """
    wanted, memory = digest_of(code), provisioner.memory()
    due = [each for each in migrations if memory.get(each.database.name, {}).get(_STEP) != wanted]
    if not due:
        return []
    with progress.step(f"Migrating {len(due)} databases") as step, ThreadPoolExecutor(_AT_A_TIME) as pool:
        running = {pool.submit(_run, each, code, stack): each for each in due}
        done: list[str] = []
        try:
            for future in as_completed(running):
                future.result()
                database = running[future].database
                provisioner.remember(database.name, _STEP, wanted)
                done.append(database.name)
                step.detail = f"{len(done)} of {len(due)}, last {database.name}"
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return done


def _run(migration: Migration, code: Path, stack: Path) -> None:
    done = subprocess.run(
        migration.command,
        cwd=code,
        env={**migration.environment, STACK_MARK: str(stack)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-15:])
        raise OperatorError(
            f"{migration.database.name} could not be migrated (exit code {done.returncode}): mend this "
            f"and run the command again.\n{said}"
        )


def _files(folder: Path) -> list[Path]:
    found = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        if Path(parent).name == "migrations":
            found += [Path(parent, name) for name in files if name.endswith(".py")]
    return found
