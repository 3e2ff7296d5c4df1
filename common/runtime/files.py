"""Files that hold what a stack remembers: written whole or not at all, private where they must be."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from common.runtime.errors import OperatorError

MINIMUM_FREE_BYTES = 500 * 1024 * 1024


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written that replaces ``path`` when all of it is on the disk; only its owner may read it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Replaces the file in one step; only its owner may read it."""
    with private_file(path) as file:
        file.write(text.encode())


def write_json(path: Path, value: object) -> None:
    """The value as JSON, written as :func:`write_private` does."""
    write_private(path, json.dumps(value, indent=1) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """The file's object; empty when there is no file."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as error:
        raise OperatorError(f"{path} is damaged ({error}): remove it or restore it.") from error
    if not isinstance(value, dict):
        raise OperatorError(f"{path} is damaged (not an object): remove it or restore it.")
    return value


def require_folder(folder: Path, needed_bytes: int = MINIMUM_FREE_BYTES) -> None:
    """Makes the folder and checks that it can be written to and that its disk has room.

    Raises:
        OperatorError: The folder cannot be written, or fewer than ``needed_bytes`` are free.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        who = _who_can(folder.parent)
        raise OperatorError(f"{folder} cannot be made ({error.strerror}): {who}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OperatorError(f"{folder} cannot be written to: {_who_can(folder)}")
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise OperatorError(
            f"Only {free // 2**20} MB are free on the disk of {folder} and {needed_bytes // 2**20} MB are "
            "needed: make room and run the command again."
        )


def _who_can(folder: Path) -> str:
    try:
        owner = folder.owner()
    except (OSError, KeyError):
        owner = "another user"
    return f"it belongs to {owner}, so run the command as that user or give yourself the folder with chown."


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Waits for, and then holds, a lock that ends with the process."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class HeldLock:
    """A lock on a file that is held until it is released or the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Takes the lock; False when another process (or another holder in this one) has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Gives the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
