"""A consistent private copy of the old application's file, taken without writing to the file or its folder.

Reading the file itself for minutes would either stop the old application from writing (rollback journal)
or show a moving target. SQLite's backup takes a second or so and sees one moment of the file.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from common.legacy.errors import SourceUnreadableError

# Seconds to wait for a lock of another program.
PATIENCE = 5.0
_MAGIC: Final = b"SQLite format 3\x00"
_HEADER_LENGTH: Final = 100
_WRITE_VERSION: Final = 18
_WAL: Final = 2
# Complaints about rows that break the file's own declarations: dirt for the mappers, not damage.
_DIRT: Final = (
    "NULL value in ",
    "CHECK constraint failed in ",
    "NUMERIC value in ",
    "TEXT value in ",
    "non-",
)
_MOST_COMPLAINTS: Final = 1_000


@dataclass(frozen=True)
class Snapshot:
    """The copy: ``connection`` reads it, ``fingerprint`` is the SHA-256 of its content in hexadecimal."""

    connection: sqlite3.Connection
    fingerprint: str


@contextmanager
def snapshot(source: Path) -> Iterator[Snapshot]:
    """Copy ``source`` and open the copy; waits PATIENCE for another program's lock.

    Raises SourceUnreadableError with one sentence when there is nothing sound to read.
    """
    with _readable(source):
        with TemporaryDirectory(prefix="legacy-") as folder:
            copy = Path(folder) / "copy.db"
            _copy(source, copy)
            fingerprint = _fingerprint(copy)
            connection = sqlite3.connect(
                f"{copy.as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
            )
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # The folder is gone and the open descriptor keeps the data: a killed import leaves no copy behind.
        with closing(connection):
            _check_soundness(source, connection)
            yield Snapshot(connection, fingerprint)


def copy_moment(source: Path, copy: Path) -> None:
    """Copy one moment of ``source``, for several programs to read the same; raises as :func:`snapshot` does."""
    with _readable(source):
        _copy(source, copy)


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    _check_header(source)
    try:
        yield
    except sqlite3.Error as error:
        raise SourceUnreadableError(_sentence(source, error)) from error
    except OSError as error:
        raise SourceUnreadableError(
            f"{source} cannot be copied for reading: {error.strerror or error}."
        ) from error


def _check_header(source: Path) -> None:
    try:
        with source.open("rb") as file:
            header = file.read(_HEADER_LENGTH)
    except FileNotFoundError:
        raise SourceUnreadableError(f"There is no file {source}.") from None
    except IsADirectoryError:
        raise SourceUnreadableError(f"{source} is a folder, not a database file.") from None
    except OSError as error:
        raise SourceUnreadableError(f"{source} cannot be opened: {error.strerror}.") from None
    if not header:
        raise SourceUnreadableError(f"{source} is empty.")
    if not header.startswith(_MAGIC):
        raise SourceUnreadableError(f"{source} is not a SQLite database, or it is encrypted.")
    if len(header) < _HEADER_LENGTH:
        raise SourceUnreadableError(f"{source} is truncated: it ends within its header.")


def _copy(source: Path, copy: Path) -> None:
    if _can_be_read_in_place(source):
        try:
            _backup(f"{source.absolute().as_uri()}?mode=ro", copy)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(
                ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR")
            ):
                raise
    # An unfinished transaction, or a write-ahead log in a folder that cannot be written: let SQLite recover a
    # private copy of the file with what lies beside it.
    with TemporaryDirectory(prefix="legacy-") as folder:
        twin = Path(folder) / source.name
        for suffix in ("", "-wal", "-journal"):
            part = source.with_name(source.name + suffix)
            if part.exists():
                shutil.copyfile(part, twin.with_name(twin.name + suffix))
        _backup(f"{twin.as_uri()}?mode=rw", copy)


def _can_be_read_in_place(source: Path) -> bool:
    """Whether SQLite can read ``source`` without making files beside it, as it does for a write-ahead log."""
    with source.open("rb") as file:
        header = file.read(_HEADER_LENGTH)
    if header[_WRITE_VERSION] != _WAL:
        return True
    return all(source.with_name(source.name + suffix).exists() for suffix in ("-wal", "-shm"))


def _backup(address: str, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as old,
        closing(sqlite3.connect(copy)) as new,
    ):
        # SQLite's backup hurries past a lock instead of waiting for it; a read waits.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def _fingerprint(copy: Path) -> str:
    with copy.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_soundness(source: Path, connection: sqlite3.Connection) -> None:
    for (complaint,) in connection.execute(f"PRAGMA quick_check({_MOST_COMPLAINTS})"):
        if complaint != "ok" and not complaint.startswith(_DIRT):
            first_line = complaint.splitlines()[0]
            raise SourceUnreadableError(f"{source} is damaged or truncated ({first_line}); use a sound copy.")


def _sentence(source: Path, error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{source} is locked by another program; close it or try again later."
    if name.startswith("SQLITE_FULL"):
        return f"There is no room for a private copy of {source} in the temporary folder (TMPDIR)."
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_IOERR")):
        return f"{source} is damaged or truncated ({error}); use a sound copy."
    if name.startswith("SQLITE_NOTADB"):
        return f"{source} is not a SQLite database, or it is encrypted."
    return f"{source} cannot be read: {error}."
