"""What a mapper is: a pure function from an old row to the arguments of a service, or to why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from common.legacy.choices import Problem, QuarantineReason, SubjectKind, ToDoKind
from common.legacy.reader import Row
from common.legacy.values import Cell, ValueRefusedError

ArgsT = TypeVar("ArgsT")
ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class ToDo:
    """Something that HR has to complete; ``detail`` is the old value it is about, if there was one."""

    kind: ToDoKind
    subject_kind: SubjectKind
    subject_id: UUID
    subject_name: str
    company_id: UUID | None
    detail: str = ""


@dataclass(frozen=True)
class Imported(Generic[ArgsT]):
    """The row becomes the thing ``id``, made by a service from ``args``, unless it is there already.

    ``company_id`` is the company that the thing belongs to, if any: who owns it decides whose changes win.
    """

    id: UUID
    args: ArgsT
    todo: Sequence[ToDo] = ()
    company_id: UUID | None = None


@dataclass(frozen=True)
class Merged:
    """The row's content goes into a thing that another row makes; ``todo`` is what of it does not."""

    into: UUID
    company_id: UUID | None = None
    todo: Sequence[ToDo] = ()


@dataclass(frozen=True)
class Quarantined:
    """The row is set aside with its full content; ``company_id`` says whose HR may see it."""

    reason: QuarantineReason
    problems: Mapping[str, Problem] = field(default_factory=dict)
    company_id: UUID | None = None
    detail: str = ""


@dataclass(frozen=True)
class Skipped:
    """The row stays behind by a stated rule."""

    rule: str


Outcome = Imported[ArgsT] | Merged | Quarantined | Skipped
# The row, and its place in the table, which is all that tells rows without an id of their own apart.
Mapper = Callable[[Row, int], Outcome[ArgsT]]


class RowRefusedError(Exception):
    """A row with values that cannot be carried: each column with what is wrong with it."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(", ".join(f"{column}: {problem.value}" for column, problem in problems.items()))
        self.problems = problems


class Columns:
    """Reads the same columns of many rows, and collects everything that is wrong, not only the first thing.

    Each column comes with how it is read and what stands in when it is refused: column, parser, stand-in.
    """

    def __init__(self, *columns: tuple[str, Callable[[Cell], Any], Any]) -> None:
        self._columns = columns
        self._quick = tuple((column, parse) for column, parse, _instead in columns)

    def read(self, row: Row) -> tuple[list[Any], dict[str, Problem]]:
        """The values, in the columns' order, and what is wrong with which column."""
        cell_of = row.get
        try:
            return [parse(cell_of(column)) for column, parse in self._quick], {}
        except ValueRefusedError:
            fields = Fields(row)
            return [fields.take(*column) for column in self._columns], fields.problems


class Fields:
    """Reads the columns of one row and collects everything that is wrong, not only the first thing."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.problems: dict[str, Problem] = {}

    def take(self, column: str, parse: Callable[[Cell], ValueT], instead: ValueT) -> ValueT:
        """The parsed value of ``column`` (NULL if the file lacks it); ``instead`` after noting a problem."""
        try:
            return parse(self._row.get(column))
        except ValueRefusedError as refused:
            self.problems[column] = refused.problem
            return instead

    def require(self, column: str, parse: Callable[[Cell], str]) -> str:
        """Like :meth:`take` for a text that may not be empty."""
        found = self.take(column, parse, "")
        if not found:
            self.problems.setdefault(column, Problem.MISSING)
        return found

    def check(self) -> None:
        """Raise RowRefusedError when anything was wrong."""
        if self.problems:
            raise RowRefusedError(self.problems)
