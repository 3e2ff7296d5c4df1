"""Reading the old file: its tables, what is missing or unknown in them, and their rows in a fixed order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.legacy.engine import engine_for
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


@dataclass(frozen=True)
class _Order:
    """What orders a table: the name of SQLite's own number of the row, if it has one, else its keys."""

    place: str | None
    keys: str


class LegacyFile:
    """The open file. Names of tables and columns are lower case here, whatever case the file has them in."""

    def __init__(self, path: Path, copy: Snapshot) -> None:
        self.path = path
        self.fingerprint = copy.fingerprint
        self._connection = copy.connection
        self._errors = copy.errors
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

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of ``table`` in a fixed order; none if there is no such table.

        Raises SourceUnreadableError when the file turns out to be damaged.
        """
        return (row for _place, row in self.placed(table))

    def placed(self, table: str, *, after: int | None = None) -> Iterator[tuple[int, Row]]:
        """Like :meth:`rows`, each with its place, from behind the place ``after``.

        The place is SQLite's own number of the row, which stays when others come and go; where there is none,
        rows are counted from 1.
        """
        if self.has(table):
            columns = self._tables[table]
            with self._readable():
                for place, cells in self._cells(table, after):
                    yield place, dict(zip(columns, cells, strict=True))

    def ids(self, table: str) -> Iterator[tuple[int, Cell]]:
        """The places and ids of the rows of ``table``; without a column ``id``, every id is None."""
        if self.has(table):
            columns = quoted("id") if "id" in self._tables[table] else "NULL"
            with self._readable():
                yield from ((place, cells[0]) for place, cells in self._cells(table, None, columns))

    def _cells(
        self, table: str, after: int | None, columns: str = "*"
    ) -> Iterator[tuple[int, tuple[Cell, ...]]]:
        while True:
            try:
                for found in self._connection.execute(*self._query(table, after, columns)):
                    after = found[0]
                    yield found[0], found[1:]
                return
            except self._errors as error:
                if self._connection.text_factory is _text or "UTF-8" not in str(error):
                    raise
                # Somewhere there is text that is none: read on in the slow way that can tell.
                self._connection.text_factory = _text

    def _query(self, table: str, after: int | None, columns: str = "*") -> tuple[str, list[int]]:
        """Places and cells of the rows behind the place ``after``."""
        order, name = self._order[table], quoted(table)
        if order.place is None:
            place = f"row_number() OVER (ORDER BY {order.keys}) AS place"
            return f"SELECT {place}, {columns} FROM {name} ORDER BY {order.keys} LIMIT -1 OFFSET ?", [
                after or 0
            ]
        behind, values = ("", []) if after is None else (f"WHERE {order.place} > ?", [after])
        return f"SELECT {order.place} AS place, {columns} FROM {name} {behind} ORDER BY {order.place}", values

    def repeated(self, table: str, column: str) -> Iterator[tuple[str, int]]:
        """The texts, but for the empty one, that occur twice in a column, each with the place of its first row."""
        if column in self.columns(table):
            self._connection.create_function("plain", 1, _as_text, deterministic=True)
            rows, values = self._query(table, None)
            yield from self.select(
                f"SELECT plain({_bytes(column)}) AS k, min(place) FROM ({rows})"
                " GROUP BY k HAVING count(*) > 1 AND k <> ''",
                *values,
            )

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

    def _read_schema(self) -> tuple[dict[str, tuple[str, ...]], dict[str, _Order]]:
        tables, order = {}, {}
        listed = self._connection.execute("PRAGMA table_list").fetchall()
        for _schema, name, kind, _columns, without_rowid, _strict in listed:
            if kind != "table" or name.lower().startswith("sqlite_"):
                continue
            columns = self._connection.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
            names = tuple(column[1].lower() for column in columns)
            keys = [
                quoted(column[1]) for column in sorted(columns, key=lambda column: column[5]) if column[5]
            ]
            tables[name.lower()] = names
            free = next((word for word in ("rowid", "_rowid_", "oid") if word not in names), None)
            order[name.lower()] = _Order(None if without_rowid else free, ", ".join(keys) or "1")
        return tables, order

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise SourceUnreadableError(f"{self.path} is damaged ({error}); use a sound copy.") from error


@contextmanager
def open_legacy(path: Path, key_file: Path | None = None) -> Iterator[LegacyFile]:
    """Open the old application's file for reading; raises SourceUnreadableError with one sentence.

    ``key_file`` holds the key of a file that SQLCipher encrypted.
    """
    with snapshot(path, engine_for(key_file)) as copy:
        yield LegacyFile(path, copy)


def _text(raw: bytes) -> str | bytes:
    """Text that is not UTF-8 stays bytes: the mappers refuse it, and nothing is lost by guessing."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _as_text(cell: Cell) -> str:
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
