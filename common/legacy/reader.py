"""Reading the old file: its tables, what is missing or unknown in them, and their rows in a fixed order."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.legacy.errors import SourceUnreadableError
from common.legacy.monolith import NOT_CARRIED, TABLES
from common.legacy.snapshot import Snapshot, snapshot
from common.legacy.values import Cell, ValueRefusedError, text

Row = dict[str, Cell]


@dataclass(frozen=True)
class TableShape:
    """One table of the file against what the old application is known to have."""

    rows: int
    missing_columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]


@dataclass(frozen=True)
class SourceShape:
    """The whole file against what the old application had; ``not_carried`` stays behind on purpose."""

    tables: dict[str, TableShape]
    missing_tables: tuple[str, ...]
    unknown_tables: tuple[str, ...]
    not_carried: tuple[str, ...]


class LegacyFile:
    """The open file. Names of tables and columns are lower case here, whatever case the file has them in."""

    def __init__(self, path: Path, copy: Snapshot) -> None:
        self.path = path
        self.fingerprint = copy.fingerprint
        self._connection = copy.connection
        self._connection.text_factory = _text
        self._tables, self._order = self._read_schema()

    def has(self, table: str) -> bool:
        """Whether the file has ``table``."""
        return table in self._tables

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of ``table`` in the file's order; none when the file has no such table."""
        return tuple(self._tables.get(table, {}))

    def count(self, table: str) -> int:
        """The number of rows of ``table``; 0 when the file has no such table."""
        if not self.has(table):
            return 0
        return int(self._connection.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()[0])

    def rows(self, table: str, *, after: int = 0) -> Iterator[Row]:
        """The rows of ``table`` in a fixed order without the first ``after``; none if there is no such table.

        Raises SourceUnreadableError when the file turns out to be damaged.
        """
        if self.has(table):
            query = f"SELECT * FROM {quoted(table)} ORDER BY {self._order[table]} LIMIT -1 OFFSET ?"
            with self._readable():
                for cells in self._connection.execute(query, [after]):
                    yield dict(zip(self._tables[table], cells, strict=True))

    def rows_where(self, table: str, column: str, wanted: Callable[[str], bool]) -> Iterator[tuple[int, Row]]:
        """The rows whose ``column``, as text, is ``wanted``, with their places (from 0) in :meth:`rows`."""
        if column in self.columns(table):
            self._function("wanted", wanted)
            query = (
                f"SELECT * FROM (SELECT *, row_number() OVER (ORDER BY {self._order[table]}) - 1"
                f" FROM {quoted(table)}) WHERE wanted({_bytes(column)})"
            )
            with self._readable():
                for *cells, place in self._connection.execute(query):
                    yield place, dict(zip(self._tables[table], cells, strict=True))

    def repeated(self, places: Sequence[tuple[str, str]], key: Callable[[str], str]) -> frozenset[str]:
        """The keys, not the empty one, that occur twice in these (table, column) places taken together."""
        present = [(table, column) for table, column in places if column in self.columns(table)]
        if not present:
            return frozenset()
        self._function("key", key)
        union = " UNION ALL ".join(
            f"SELECT key({_bytes(column)}) AS k FROM {quoted(table)} WHERE {quoted(column)} IS NOT NULL"
            for table, column in present
        )
        with self._readable():
            found = self._connection.execute(
                f"SELECT k FROM ({union}) GROUP BY k HAVING count(*) > 1 AND k <> ''"
            )
            return frozenset(row[0] for row in found)

    def select(self, query: str, *parameters: Cell) -> Iterator[tuple[Any, ...]]:
        """What ``query`` finds in the file; tables and columns in it are written by :func:`quoted`.

        Raises SourceUnreadableError when the file turns out to be damaged.
        """
        with self._readable():
            yield from self._connection.execute(query, parameters)

    def shape(self) -> SourceShape:
        """What the file has, lacks, and has beyond the known."""
        return SourceShape(
            tables={table: self._table_shape(table) for table in sorted(self._tables)},
            missing_tables=tuple(sorted(TABLES.keys() - self._tables.keys())),
            unknown_tables=tuple(sorted(self._tables.keys() - TABLES.keys())),
            not_carried=tuple(sorted(NOT_CARRIED & self._tables.keys())),
        )

    def _table_shape(self, table: str) -> TableShape:
        found, known = frozenset(self._tables[table]), TABLES.get(table, frozenset())
        return TableShape(
            rows=self.count(table),
            missing_columns=tuple(sorted(known - found)),
            unknown_columns=tuple(sorted(found - known)) if table in TABLES else (),
        )

    def _read_schema(self) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
        tables, order = {}, {}
        listed = self._connection.execute("PRAGMA table_list").fetchall()
        for _schema, name, kind, _columns, without_rowid, _strict in listed:
            if kind != "table" or name.lower().startswith("sqlite_"):
                continue
            columns = self._connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
            keys = [
                quoted(column[1]) for column in sorted(columns, key=lambda column: column[5]) if column[5]
            ]
            tables[name.lower()] = tuple(column[1].lower() for column in columns)
            order[name.lower()] = ", ".join(keys) if without_rowid else "rowid"
        return tables, order

    def _function(self, name: str, function: Callable[[str], str | bool]) -> None:
        """Make ``function`` of a cell's text callable in SQL."""
        self._connection.create_function(name, 1, lambda cell: function(_as_text(cell)), deterministic=True)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise SourceUnreadableError(f"{self.path} is damaged ({error}); use a sound copy.") from error


@contextmanager
def open_legacy(path: Path) -> Iterator[LegacyFile]:
    """Open the old application's file for reading; raises SourceUnreadableError with one sentence."""
    with snapshot(path) as copy:
        yield LegacyFile(path, copy)


def _text(raw: bytes) -> str | bytes:
    """Text that is not UTF-8 stays bytes: the mappers refuse it, and nothing is lost by guessing."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _as_text(cell: bytes | int | float | None) -> str:
    if isinstance(cell, bytes):
        return cell.decode(errors="replace").strip()
    try:
        return text(cell)
    except ValueRefusedError:
        return ""


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _bytes(column: str) -> str:
    """The column as SQLite's functions in Python can take it: they fail on text that is not UTF-8."""
    name = quoted(column)
    return f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END"
