"""The log files of a stack's processes: where they are, their last lines, and keeping them small."""

import shutil
from pathlib import Path
from typing import BinaryIO, Final

MAXIMUM_BYTES: Final = 10 * 1024 * 1024
KEPT: Final = 3


def log_path(root: Path, name: str) -> Path:
    """The log file of one process of the stack."""
    return root / "logs" / f"{name}.log"


def open_log(path: Path) -> BinaryIO:
    """The log opened for a process to write to; only its owner may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    return path.open("ab")


def rotate(path: Path, maximum_bytes: int = MAXIMUM_BYTES) -> bool:
    """Moves a log that has grown too large to ``.1``, older ones up to ``.3``; True when it did.

    The content is copied and the file emptied, because the process goes on writing to the file it has open.
    A line written in between is lost.
    """
    if not path.exists() or path.stat().st_size <= maximum_bytes:
        return False
    for number in range(KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    path.with_name(f"{path.name}.1").chmod(0o600)
    with path.open("r+b") as file:
        file.truncate()
    return True


def last_lines(path: Path, count: int = 15) -> str:
    """The last lines of a log, indented; says so when there are none."""
    if not path.exists():
        return "    (no log yet)"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64 * 1024))
        lines = file.read().decode(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"
