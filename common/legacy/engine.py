"""The library that opens the old file: SQLite's, or SQLCipher's with a key."""

import importlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from common.legacy.errors import SourceUnreadableError

PACKAGE: Final = "sqlcipher3-wheels"
_MODULE: Final = "sqlcipher3.dbapi2"


@dataclass(frozen=True)
class Engine:
    """Opens databases with one key, or none. The key is in no text that this makes, nor in any error."""

    open: Callable[..., Any]
    errors: tuple[type[Exception], ...]
    key: str = field(default="", repr=False)

    @property
    def encrypts(self) -> bool:
        """Whether what it opens and makes is encrypted."""
        return bool(self.key)

    def connect(self, address: str, **options: Any) -> sqlite3.Connection:
        """Open a database by its URI; a wrong key shows at the first look into it, as NOTADB."""
        connection: sqlite3.Connection = self.open(address, uri=True, **options)
        if self.key:
            # Or SQLCipher complains on standard error of what is told in a sentence.
            connection.execute("PRAGMA cipher_log_level = NONE")
            quoted = self.key.replace("'", "''")
            connection.execute(f"PRAGMA key = '{quoted}'")
        return connection


PLAIN: Final = Engine(sqlite3.connect, (sqlite3.Error,))


def engine_for(key_file: Path | None) -> Engine:
    """The engine for a file whose key stands in ``key_file``; without one, for a file that is not encrypted.

    The package is optional: few old files are encrypted. Raises SourceUnreadableError with one sentence when it
    is missing or the key cannot be read.
    """
    if key_file is None:
        return PLAIN
    key = _key(key_file)
    try:
        library = importlib.import_module(_MODULE)
    except ImportError:
        raise SourceUnreadableError(
            f"An encrypted file needs the package {PACKAGE}: install it with"
            f" `.venv/bin/python -m pip install {PACKAGE}`."
        ) from None
    return Engine(library.connect, (library.Error, sqlite3.Error), key)


def _key(key_file: Path) -> str:
    try:
        key = key_file.read_text().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SourceUnreadableError(f"The key file {key_file} is not text.") from None
    except OSError as error:
        raise SourceUnreadableError(f"The key file {key_file} cannot be read: {error.strerror}.") from None
    if not key or "\x00" in key:
        raise SourceUnreadableError(f"The key file {key_file} holds no key.")
    return key
