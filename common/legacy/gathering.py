"""Gathering the facts of a file: once, by whichever process comes first, for all of them."""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar
from uuid import UUID

from common.legacy import old_companies, old_employees, old_users
from common.legacy.errors import ReportUnwritableError
from common.legacy.fact_store import LICENSES, SCHEMA, FileFacts, email_digest
from common.legacy.monolith import NOT_CARRIED, TABLES
from common.legacy.old_companies import OldCompany
from common.legacy.old_employees import OldEmployee
from common.legacy.old_users import OldUser
from common.legacy.plan import Progress
from common.legacy.reader import LegacyFile
from common.legacy.rules import reading_rules
from common.legacy.values import plain

# Stores of this many files are kept: services of one import read the same, and imports follow one another.
KEPT: Final = 3
_BATCH: Final = 2_000
# An account and an employee who alone share an address, and no company stands between them, are one person.
# Otherwise accounts come before employees, and earlier rows before later ones.
_ADDRESSES: Final = """
CREATE TEMP TABLE addresses (
    email BLOB PRIMARY KEY, users INTEGER, employees INTEGER, first_user INTEGER, first_employee INTEGER
) WITHOUT ROWID;
INSERT INTO addresses
    SELECT email, sum(u), sum(e), min(user_place), min(employee_place) FROM (
        SELECT email, 1 AS u, 0 AS e, place AS user_place, NULL AS employee_place FROM users
        UNION ALL SELECT email, 0, 1, NULL, place FROM employees
    ) WHERE email IS NOT NULL GROUP BY email HAVING count(*) > 1;
UPDATE users SET keeps_email = 0 FROM addresses a WHERE a.email = users.email AND place <> first_user;
UPDATE employees SET keeps_email = 0 FROM addresses a
    WHERE a.email = employees.email AND (a.users > 0 OR place <> first_employee);
CREATE INDEX users_by_email ON users (email);
UPDATE employees SET account = u.old_id, keeps_email = 1 FROM addresses a JOIN users u ON u.email = a.email
    WHERE a.email = employees.email AND a.users = 1 AND a.employees = 1
        AND (u.company IS NULL OR u.company = employees.company);
DROP INDEX users_by_email;
DROP TABLE addresses;
"""
ItemT = TypeVar("ItemT")


def _silent(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


def gather_facts(file: LegacyFile, folder: Path | None = None, progress: Progress = _silent) -> FileFacts:
    """What mappers need to know of the whole file; the caller closes it.

    They are kept in ``folder`` for whoever asks about the same file next, in this process or another.
    Raises SourceUnreadableError, and ReportUnwritableError when the folder cannot be written.
    """
    if folder is None:
        with TemporaryDirectory(prefix="facts-") as private:
            return _facts(file, Path(private), progress)
    return _facts(file, folder, progress)


def _facts(file: LegacyFile, folder: Path, progress: Progress) -> FileFacts:
    store = folder / f"facts-{file.fingerprint[:32]}-{reading_rules()}.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            if not store.exists():
                _build(file, store, progress)
                _forget_old(folder)
            # While no other process can take it for an old one.
            return FileFacts(_connect(f"{store.absolute().as_uri()}?mode=ro&immutable=1"))
    except OSError as error:
        raise ReportUnwritableError(f"The folder {folder} cannot be written: {error.strerror}.") from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process is at this folder's stores; a process that dies lets the next one in."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _connect(address: str) -> sqlite3.Connection:
    # An import asks in a thread of its own, one thread at a time.
    return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)


def _build(file: LegacyFile, store: Path, progress: Progress) -> None:
    """Under another name, so that a store is there whole or not at all."""
    partial = store.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(_connect(partial.absolute().as_uri())) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        gather_into(connection, file, progress)
        connection.execute("COMMIT")
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.rename(store)


def _forget_old(folder: Path) -> None:
    stores = sorted(folder.glob("facts-*.db"), key=lambda path: path.stat().st_mtime, reverse=True)
    for store in stores[KEPT:]:
        # Whoever has it open keeps reading it.
        store.unlink()


def gather_into(connection: sqlite3.Connection, file: LegacyFile, progress: Progress = _silent) -> None:
    """Fill an empty database with the facts of ``file``; memory does not grow with the file."""
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    for table in TABLES.keys() - NOT_CARRIED:
        _insert(connection, "repeated", ((table, *found) for found in file.repeated(table, "id")))
    _insert(connection, "companies", _companies(file, FileFacts(connection)))
    # From here on the companies are known.
    facts = FileFacts(connection)
    _insert(connection, "licenses", _licenses(file, facts))
    _insert(connection, "users", _counted(_users(file, facts), "accounts", file.count("users"), progress))
    people = _counted(_employees(file, facts), "employees", file.count("employees"), progress)
    _insert(connection, "employees", people)
    for statement in _ADDRESSES.split(";"):
        connection.execute(statement)


def _companies(file: LegacyFile, facts: FileFacts) -> Iterator[tuple[Any, ...] | None]:
    for place, row in file.placed(old_companies.TABLE):
        company = facts.company(row, place)
        yield (company.old_id,) if isinstance(company, OldCompany) else None


def _licenses(file: LegacyFile, facts: FileFacts) -> Iterator[tuple[Any, ...] | None]:
    for place, row in file.placed(LICENSES):
        old_id, company_id = plain(row.get("id")), facts.company_of(row)
        own = old_id and not facts.is_repeated(LICENSES, old_id, place)
        yield (old_id, company_id.bytes) if own and company_id else None


def _users(file: LegacyFile, facts: FileFacts) -> Iterator[tuple[Any, ...] | None]:
    for place, row in file.placed(old_users.TABLE):
        user = facts.sound_user(row, place)
        if isinstance(user, OldUser):
            yield (user.old_id, place, _bytes(user.company_id), user.role, email_digest(user.email), 1)
        else:
            yield None


def _employees(file: LegacyFile, facts: FileFacts) -> Iterator[tuple[Any, ...] | None]:
    for place, row in file.placed(old_employees.TABLE):
        found = facts.employee(row, place)
        if isinstance(found, OldEmployee):
            yield (found.old_id, place, found.company_id.bytes, email_digest(found.email), 1, None)
        else:
            yield None


def _bytes(found: UUID | None) -> bytes | None:
    return found.bytes if found else None


def _counted(items: Iterable[ItemT], what: str, of: int, progress: Progress) -> Iterator[ItemT]:
    for done, item in enumerate(items, 1):
        yield item
        if done % _BATCH == 0 or done == of:
            progress(f"looking at {what}", done, of)


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...] | None]) -> None:
    found = (row for row in rows if row is not None)
    while batch := list(islice(found, _BATCH)):
        marks = ", ".join("?" * len(batch[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)
