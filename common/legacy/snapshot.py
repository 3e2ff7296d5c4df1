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

import msgspec

from common.legacy.engine import PLAIN, Engine
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
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class Snapshot:
    """The copy: ``connection`` reads it, ``fingerprint`` is the SHA-256 of its content in hexadecimal.

    ``errors`` are what reading it may raise.
    """

    connection: sqlite3.Connection
    fingerprint: str
    errors: tuple[type[Exception], ...]


@contextmanager
def snapshot(source: Path, engine: Engine = PLAIN) -> Iterator[Snapshot]:
    """Copy ``source`` and open the copy; waits PATIENCE for another program's lock.

    The copy of an encrypted file is encrypted, too. Raises SourceUnreadableError with one sentence when there
    is nothing sound to read.
    """
    with _readable(source, engine):
        with TemporaryDirectory(prefix="legacy-") as folder:
            copy = Path(folder) / "copy.db"
            _copy(source, copy, engine)
            connection = engine.connect(
                # An import reads in a thread of its own, one thread at a time.
                f"{copy.as_uri()}?mode=ro&immutable=1",
                isolation_level=None,
                check_same_thread=False,
            )
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            fingerprint = _content_fingerprint(connection) if engine.encrypts else _fingerprint(copy)
        # The folder is gone and the open descriptor keeps the data: a killed import leaves no copy behind.
        with closing(connection):
            _check_soundness(source, connection)
            yield Snapshot(connection, fingerprint, engine.errors)


def copy_moment(source: Path, copy: Path) -> None:
    """Copy one moment of ``source``, for several programs to read the same; raises as :func:`snapshot` does."""
    with _readable(source, PLAIN):
        _copy(source, copy, PLAIN)


@contextmanager
def _readable(source: Path, engine: Engine) -> Iterator[None]:
    _check_header(source, engine)
    try:
        yield
    except engine.errors as error:
        # Without the library's own error behind it: that of an encrypted file may hold what was tried.
        raise SourceUnreadableError(_sentence(source, error, engine)) from None
    except OSError as error:
        raise SourceUnreadableError(
            f"{source} cannot be copied for reading: {error.strerror or error}."
        ) from error


def _check_header(source: Path, engine: Engine) -> None:
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
    if engine.encrypts:
        if header.startswith(_MAGIC):
            raise SourceUnreadableError(f"{source} is not encrypted: leave --key-file away.")
    elif not header.startswith(_MAGIC):
        raise SourceUnreadableError(
            f"{source} is not a SQLite database, or it is encrypted (see --key-file)."
        )
    if len(header) < _HEADER_LENGTH:
        raise SourceUnreadableError(f"{source} is truncated: it ends within its header.")


def _copy(source: Path, copy: Path, engine: Engine) -> None:
    if _can_be_read_in_place(source, engine):
        try:
            _backup(f"{source.absolute().as_uri()}?mode=ro", copy, engine)
            return
        except engine.errors as error:
            if _name_of(error).startswith(
                (
                    "SQLITE_BUSY",
                    "SQLITE_LOCKED",
                    "SQLITE_FULL",
                    "SQLITE_IOERR",
                    "SQLITE_NOTADB",
                    "SQLITE_CORRUPT",
                )
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
        _backup(f"{twin.as_uri()}?mode=rw", copy, engine)


def _can_be_read_in_place(source: Path, engine: Engine) -> bool:
    """Whether SQLite can read ``source`` without making files beside it, as it does for a write-ahead log."""
    wal, shm = (source.with_name(source.name + suffix).exists() for suffix in ("-wal", "-shm"))
    if engine.encrypts:
        # Its header cannot be read; without a log nobody has it open with one.
        return shm or not wal
    with source.open("rb") as file:
        header = file.read(_HEADER_LENGTH)
    return header[_WRITE_VERSION] != _WAL or (wal and shm)


def _backup(address: str, copy: Path, engine: Engine) -> None:
    copy.unlink(missing_ok=True)
    with (
        closing(engine.connect(address, timeout=PATIENCE)) as old,
        closing(engine.connect(copy.as_uri())) as new,
    ):
        # SQLite's backup hurries past a lock instead of waiting for it; a read waits.
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_master").fetchone()
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def _fingerprint(copy: Path) -> str:
    with copy.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content_fingerprint(connection: sqlite3.Connection) -> str:
    """Of what an encrypted file says: the same content is encrypted otherwise each time."""
    digest = hashlib.sha256()
    connection.text_factory = bytes
    tables = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    for name, declared in connection.execute(tables).fetchall():
        digest.update(_encode([name, declared]))
        quoted = name.decode().replace('"', '""')
        for row in connection.execute(f'SELECT * FROM "{quoted}"'):
            digest.update(_encode(row))
    connection.text_factory = str
    return digest.hexdigest()


def _check_soundness(source: Path, connection: sqlite3.Connection) -> None:
    for (complaint,) in connection.execute(f"PRAGMA quick_check({_MOST_COMPLAINTS})"):
        if complaint != "ok" and not complaint.startswith(_DIRT):
            first_line = complaint.splitlines()[0]
            raise SourceUnreadableError(f"{source} is damaged or truncated ({first_line}); use a sound copy.")


def _name_of(error: Exception) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _sentence(source: Path, error: Exception, engine: Engine) -> str:
    name = _name_of(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"{source} is locked by another program; close it or try again later."
    if name.startswith("SQLITE_FULL"):
        return f"There is no room for a private copy of {source} in the temporary folder (TMPDIR)."
    if engine.encrypts and name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return f"{source} cannot be read with this key: it is another one, or the file is damaged."
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_IOERR")):
        return f"{source} is damaged or truncated ({error}); use a sound copy."
    if name.startswith("SQLITE_NOTADB"):
        return f"{source} is not a SQLite database, or it is encrypted."
    return f"{source} cannot be read: {error}."
