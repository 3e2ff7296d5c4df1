"""What the values of one table of the old file are like, column by column, in one pass and bounded memory."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from common.legacy.choices import Problem
from common.legacy.columns import COLUMNS, NOBODY, Fate, OldColumn
from common.legacy.content import preserved
from common.legacy.monolith import TABLES
from common.legacy.progress import Bar
from common.legacy.reader import LegacyFile, quoted
from common.legacy.values import Cell, ValueRefusedError, text

EXAMPLES: Final = 5
_LONGEST_EXAMPLE: Final = 60
# Distinct values of a column whose reading is remembered.
_REMEMBERED: Final = 20_000
# What a column of unknown meaning is read as.
_UNKNOWN: Final = OldColumn(text, Fate.UNKNOWN)
_SHOWN_EVERY: Final = 5_000


@dataclass
class Example:
    """A value that stands out, unless it is not to be quoted; how many rows have it, and the old id of the first."""

    value: Any = None
    id: str = ""
    rows: int = 1


@dataclass
class ColumnProfile:
    """One column of the file.

    ``nulls`` and ``blanks`` are rows without a value; ``repeated`` rows share a value that should be one's
    own; ``orphans`` refer to a row that is not in the file; ``problems`` counts unreadable values.
    """

    name: str
    known: bool
    goes: str
    nulls: int = 0
    blanks: int = 0
    repeated: int = 0
    orphans: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    @property
    def faulty(self) -> bool:
        """Whether anything but missing values was found."""
        return bool(self.repeated or self.orphans or self.problems)

    def note(self, what: str, value: Any, old_id: str) -> None:
        """Keep one of the first few examples, or count another row with the same value."""
        kept = self.examples.setdefault(what, [])
        for example in kept:
            if example.value == value:
                example.rows += 1
                return
        if len(kept) < EXAMPLES:
            kept.append(Example(value, old_id))


@dataclass
class TableProfile:
    """One table of the file; ``missing`` are known columns that it lacks."""

    name: str
    known: bool
    rows: int
    missing: tuple[str, ...]
    columns: dict[str, ColumnProfile]

    def as_json(self) -> dict[str, Any]:
        """The profile as a JSON object."""
        return {
            "rows": self.rows,
            "known": self.known,
            "missing_columns": list(self.missing),
            "columns": {
                name: {
                    **asdict(replace(column, problems=Counter())),
                    "problems": {str(problem): count for problem, count in column.problems.items()},
                }
                for name, column in self.columns.items()
            },
        }


def profile_table(file: LegacyFile, table: str, bar: Bar | None = None) -> TableProfile:
    """Look at every value of ``table``, which the file has; raises SourceUnreadableError."""
    known = COLUMNS.get(table, {})
    columns = {
        name: ColumnProfile(name, name in known, known.get(name, _UNKNOWN).destination)
        for name in file.columns(table)
    }
    profile = TableProfile(
        name=table,
        known=table in TABLES,
        rows=file.count(table),
        missing=tuple(sorted(TABLES.get(table, frozenset()) - columns.keys())),
        columns=columns,
    )
    _count_missing(file, profile)
    for name, column in columns.items():
        meaning = known.get(name, _UNKNOWN)
        if meaning.unique:
            _count_repeated(file, table, column, meaning)
        if meaning.refers:
            _count_orphans(file, table, column, meaning.refers)
    _read_values(file, profile, bar)
    return profile


def _count_missing(file: LegacyFile, profile: TableProfile) -> None:
    counts = ", ".join(
        f"sum({quoted(name)} IS NULL), sum(typeof({quoted(name)}) = 'text' AND trim({quoted(name)}) = '')"
        for name in profile.columns
    )
    if not profile.rows:
        return
    (found,) = file.select(f"SELECT {counts} FROM {quoted(profile.name)}")
    for number, column in enumerate(profile.columns.values()):
        column.nulls, column.blanks = found[2 * number : 2 * number + 2]


def _count_repeated(file: LegacyFile, table: str, column: ColumnProfile, meaning: OldColumn) -> None:
    key = f"lower({_key(column.name)})" if meaning.any_case else _key(column.name)
    groups = (
        f"SELECT {key} AS k, count(*) AS n FROM {quoted(table)} WHERE {key} <> '' GROUP BY k HAVING n > 1"
    )
    ((rows,),) = file.select(f"SELECT coalesce(sum(n), 0) FROM ({groups})")
    column.repeated = rows
    found = file.select(f"{groups} ORDER BY n DESC, k LIMIT {EXAMPLES}") if rows else ()
    if examples := [
        Example(_shown(value) if meaning.is_quoted else None, rows=count) for value, count in found
    ]:
        column.examples["repeated"] = examples


def _count_orphans(file: LegacyFile, table: str, column: ColumnProfile, refers: tuple[str, ...]) -> None:
    """A row that refers to nothing counts; a reference into a table that the file lacks is one to nothing."""
    key = _key(column.name)
    wanted = [f"{key} <> ''", f"{key} NOT IN ({', '.join(repr(word) for word in NOBODY)})"]
    wanted += [
        f"{key} NOT IN (SELECT {_key('id')} FROM {quoted(other)} WHERE id IS NOT NULL)"
        for other in refers
        if "id" in file.columns(other)
    ]
    where = f"FROM {quoted(table)} WHERE {' AND '.join(wanted)}"
    ((column.orphans,),) = file.select(f"SELECT count(*) {where}")
    own = f"min({_key('id')})" if "id" in file.columns(table) else "NULL"
    found = (
        file.select(
            f"SELECT {key} AS k, count(*) AS n, {own} {where} GROUP BY k ORDER BY n DESC, k LIMIT {EXAMPLES}"
        )
        if column.orphans
        else ()
    )
    if examples := [Example(_shown(value), _shown_id(old_id), count) for value, count, old_id in found]:
        column.examples["orphans"] = examples


def _read_values(file: LegacyFile, profile: TableProfile, bar: Bar | None) -> None:
    known = COLUMNS.get(profile.name, {})
    readers = [
        (name, _reader(known.get(name, _UNKNOWN)), column, known.get(name, _UNKNOWN).is_quoted)
        for name, column in profile.columns.items()
    ]
    for done, row in enumerate(file.rows(profile.name), 1):
        for name, problem_of, column, is_quoted in readers:
            cell = row[name]
            if cell is not None and (problem := problem_of(cell, type(cell))) is not None:
                column.problems[problem] += 1
                column.note(problem, _shown(cell) if is_quoted else None, _shown_id(row.get("id")))
        if bar is not None and (done % _SHOWN_EVERY == 0 or done == profile.rows):
            bar.show(profile.name, done, profile.rows)


def _reader(column: OldColumn) -> Callable[[Cell, type], Problem | None]:
    """A function of a cell and its type that says what is wrong with it.

    The type is part of what is remembered, since 1, 1.0 and True are the same key. Plain text hardly ever
    repeats, and is quick to look at.
    """

    def problem_of(cell: Cell, _kind: type) -> Problem | None:
        try:
            column.read(cell)
        except ValueRefusedError as refused:
            return refused.problem
        return None

    return problem_of if column.read is text else lru_cache(_REMEMBERED)(problem_of)


def _key(column: str) -> str:
    """A value as text without outer blanks, in SQL; ids are compared so."""
    return f"trim(CAST({quoted(column)} AS TEXT))"


def _shown(cell: Cell) -> Any:
    value = preserved({"value": cell})["value"]
    if isinstance(value, str) and len(value) > _LONGEST_EXAMPLE:
        return f"{value[:_LONGEST_EXAMPLE]}…"
    return value


def _shown_id(cell: Cell) -> str:
    value = _shown(cell)
    return "" if value is None else str(value)
