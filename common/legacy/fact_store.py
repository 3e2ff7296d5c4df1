"""The facts of a file, kept in an SQLite file of their own, which six processes may read at once.

It holds old and new ids, roles, and digests of e-mail addresses: nothing that says who anybody is.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from common.legacy import old_companies, old_employees, old_users
from common.legacy.facts import CarriedEmployee, CarriedUser, Facts, NamedLicense
from common.legacy.ids import employee_user_id, new_id
from common.legacy.monolith import REFERENCES
from common.legacy.reader import Row
from common.legacy.values import plain

LICENSES: Final = "licenses"
SCHEMA: Final = """
CREATE TABLE repeated (of TEXT, old_id TEXT, place INTEGER, PRIMARY KEY (of, old_id)) WITHOUT ROWID;
CREATE TABLE companies (old_id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE licenses (old_id TEXT PRIMARY KEY, company BLOB) WITHOUT ROWID;
CREATE TABLE users (
    old_id TEXT PRIMARY KEY, place INTEGER, company BLOB, role TEXT, email BLOB, keeps_email INTEGER DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE employees (
    old_id TEXT PRIMARY KEY, place INTEGER, company BLOB, email BLOB, keeps_email INTEGER DEFAULT 1,
    account TEXT
) WITHOUT ROWID;
"""
_COLUMNS: Final = {
    old_companies.TABLE: "f.old_id",
    LICENSES: "f.old_id, f.company",
    old_users.TABLE: "f.old_id, f.company, f.role, f.keeps_email",
    old_employees.TABLE: "f.old_id, f.company, f.keeps_email, f.account",
}
# How many answers of a kind are kept in memory, beside those of the batch at hand.
_REMEMBERED: Final = 10_000
AnswerT = TypeVar("AnswerT")


class KnownUser(NamedTuple):
    """A sound account, and whether its e-mail address is its own, without which it is not carried."""

    carried: CarriedUser
    keeps_email: bool


class KnownEmployee(NamedTuple):
    """An employee who is carried, whether their e-mail address is their own, and whether they had an account."""

    carried: CarriedEmployee
    keeps_email: bool
    is_linked: bool


class FileFacts(Facts):
    """Answers from a store of facts, which is open as long as these are.

    An answer costs a look into a dictionary when the row was announced to :meth:`prepare`.
    """

    def __init__(self, store: sqlite3.Connection) -> None:
        self._store = store
        self._companies = _Answers(store, old_companies.TABLE, _company)
        self._licenses = _Answers(store, LICENSES, _license)
        self._users = _Answers(store, old_users.TABLE, _user)
        self._employees = _Answers(store, old_employees.TABLE, _employee)
        self._kinds: dict[str, _Answers[Any]] = {
            answers.kind: answers
            for answers in (self._companies, self._licenses, self._users, self._employees)
        }
        self._references: dict[str, _References] = {}
        self._with_repeated = {row[0] for row in store.execute("SELECT DISTINCT of FROM repeated").fetchall()}

    def close(self) -> None:
        """No more questions."""
        self._store.close()

    def prepare(self, table: str, rows: Sequence[Row]) -> None:
        """Look up at once what these rows of ``table`` refer to."""
        wanted: dict[str, set[str]] = {}
        for column, kinds in REFERENCES.get(table, {}).items():
            ids = {plain(row.get(column)) for row in rows}
            for kind in kinds:
                wanted.setdefault(kind, set()).update(ids)
        for kind, ids in wanted.items():
            self._kinds[kind].load(ids)

    def depends(self, table: str, row: Row) -> list[Any]:
        """All that the fate of ``row`` depends on beside its cells: when this changes, it may change too."""
        references = self._references.get(table)
        if references is None:
            references = self._references[table] = _References(table, row, self._kinds)
        return references.of(row)

    def companies(self) -> dict[str, UUID]:
        """All companies that can be carried, by their old ids."""
        found = self._store.execute("SELECT old_id FROM companies ORDER BY old_id").fetchall()
        return {row[0]: _company(row) for row in found}

    def carried_company(self, old_id: str) -> UUID | None:
        """The id here of a company that can be carried."""
        return self._companies.get(old_id)

    def carried_user(self, old_id: str) -> CarriedUser | None:
        """The account, if it can be carried."""
        found = self._users.get(old_id)
        return found.carried if found and found.keeps_email else None

    def has_lost_user(self, old_id: str) -> bool:
        """Whether the file has no account with this id."""
        return self._users.get(old_id) is None

    def carried_employee(self, old_id: str) -> CarriedEmployee | None:
        """The employee, if they can be carried."""
        found = self._employees.get(old_id)
        return found.carried if found else None

    def named_license(self, old_id: str) -> NamedLicense | None:
        """The licence, if its company can be carried; one that is set aside keeps its id for later."""
        return self._licenses.get(old_id)

    def is_repeated(self, table: str, old_id: str, place: int) -> bool:
        """Whether the row at ``place`` has the id of an earlier one of its table."""
        if table not in self._with_repeated:
            return False
        query = "SELECT 1 FROM repeated WHERE of = ? AND old_id = ? AND place <> ?"
        return self._store.execute(query, [table, old_id, place]).fetchone() is not None

    def keeps_email(self, table: str, old_id: str, email: str) -> bool:
        """Whether the address of this row stays its own: no other row has a better claim."""
        answers: _Answers[Any] = self._kinds[table]
        found = answers.get(old_id)
        return found is None or found.keeps_email

    def is_linked(self, old_employee_id: str) -> bool:
        """Whether the employee is the same person as an account of the file."""
        found = self._employees.get(old_employee_id)
        return found is not None and found.is_linked


class _Answers(Generic[AnswerT]):
    """What the store knows about things of one kind by their old ids, the last of it in memory."""

    def __init__(
        self, store: sqlite3.Connection, kind: str, read: Callable[[tuple[Any, ...]], AnswerT]
    ) -> None:
        self.kind = kind
        self._store = store
        self._read = read
        # As they are stored, and what they mean: most are asked for what they are more often.
        self._found: dict[str, tuple[Any, ...] | None] = {}
        self._known: dict[str, AnswerT | None] = {}
        self._query = (
            f"SELECT {_COLUMNS[kind]} FROM json_each(?) AS w CROSS JOIN {kind} AS f ON f.old_id = w.value"
        )

    def get(self, old_id: str) -> AnswerT | None:
        """What is known of the thing, None if it cannot be carried."""
        try:
            return self._known[old_id]
        except KeyError:
            found = self.token(old_id)
        answer = self._known[old_id] = None if found is None else self._read(found)
        return answer

    def token(self, old_id: str) -> tuple[Any, ...] | None:
        """What stands for the answer; another answer has another token."""
        if old_id not in self._found:
            self.load({old_id})
        return self._found[old_id]

    def load(self, ids: Iterable[str]) -> None:
        """Look these up at once."""
        if len(self._found) > _REMEMBERED:
            self._found, self._known = {}, {}
        wanted = [old_id for old_id in ids if old_id not in self._found]
        if wanted:
            self._found.update(dict.fromkeys(wanted))
            with closing(self._store.execute(self._query, [json.dumps(wanted)])) as found:
                self._found.update((row[0], row) for row in found)


class _References:
    """What rows of one table refer to. All rows of a table of one file have the same columns."""

    def __init__(self, table: str, row: Row, kinds: Mapping[str, _Answers[Any]]) -> None:
        self._columns = "\0".join(row)
        self._asked = [
            (column, kinds[kind].token)
            for column, names in REFERENCES.get(table, {}).items()
            for kind in names
        ]

    def of(self, row: Row) -> list[Any]:
        """The names of the columns, and what stands for each answer about the row."""
        return [self._columns, *(token(plain(row.get(column))) for column, token in self._asked)]


def email_digest(email: str) -> bytes | None:
    """What stands for an address in the store; None for the empty one."""
    return blake2b(email.encode(), digest_size=16).digest() if email else None


@lru_cache(65_536)
def _uuid(stored: bytes) -> UUID:
    """Of a company, of which there are few."""
    return UUID(bytes=stored)


def _company(row: tuple[Any, ...]) -> UUID:
    return new_id(old_companies.TABLE, row[0])


def _license(row: tuple[Any, ...]) -> NamedLicense:
    return NamedLicense(new_id(LICENSES, row[0]), _uuid(row[1]))


def _user(row: tuple[Any, ...]) -> KnownUser:
    old_id, company, role, keeps_email = row
    company_id = _uuid(company) if company else None
    return KnownUser(CarriedUser(new_id(old_users.TABLE, old_id), company_id, role), bool(keeps_email))


def _employee(row: tuple[Any, ...]) -> KnownEmployee:
    old_id, company, keeps_email, account = row
    user_id = employee_user_id(old_id) if account is None else new_id(old_users.TABLE, account)
    carried = CarriedEmployee(new_id(old_employees.TABLE, old_id), _uuid(company), user_id)
    return KnownEmployee(carried, bool(keeps_email), account is not None)
