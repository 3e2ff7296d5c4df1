"""What a service takes from the old file: one entry for each table it reads."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic
from uuid import UUID

from common.legacy.mapper import ArgsT, Imported, Mapper, Quarantined, ToDo
from common.legacy.models import ImportRun
from common.security.encryption.fields import EncryptedField

EXAMPLES = 5
NUMBERS = (
    "source_rows", "done", "imported", "unchanged", "merged", "quarantined", "skipped",
    "changed", "removed", "conflicts",
)  # fmt: skip
# Of what, how many are done, of how many.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Written:
    """What a service made of a batch: the ids it refused and why, and what it found for HR to do."""

    refused: Mapping[UUID, Quarantined] = field(default_factory=dict)
    todo: Sequence[ToDo] = ()


@dataclass(frozen=True)
class Finished:
    """What was done after the tables of a run: a sentence and ``details`` (JSON) for the report.

    ``todo`` counts what it found for HR to do, by kind.
    """

    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)
    todo: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SealedColumn(Generic[ArgsT]):
    """The value behind a mark: what is sealed in ``here`` for the thing's id, and ``expected`` in plain."""

    here: str
    field: EncryptedField
    expected: Callable[[ArgsT], Any]


@dataclass(frozen=True)
class Column(Generic[ArgsT]):
    """One thing that an import writes and that can be compared with what the mapper made of the old row.

    ``here`` is an SQL expression over the account's ``source``, of the PostgreSQL type ``type``;
    ``expected`` is what it should be, as :func:`common.legacy.staging.stage` takes it. Of a value that is sealed
    they are its marks, which stay when keys change; ``sealed`` says where the value itself is, so that it is
    opened and compared as well.
    """

    name: str
    type: str
    here: str
    expected: Callable[[ArgsT], Any]
    sealed: SealedColumn[ArgsT] | None = None


@dataclass(frozen=True)
class Account(Generic[ArgsT]):
    """Where the things of a TableImport stand here, and what of them is compared.

    ``source`` is what follows FROM (``employees t LEFT JOIN employee_profiles p ON p.employee_id = t.id``);
    ``key`` and ``company`` are SQL expressions over it, the latter None for things of no company. ``columns``
    are all that people can change: a thing in which none of them differs is as the import wrote it. The sums
    of the columns named in ``money`` are compared company by company. ``references`` says of which kind the
    ids in a column are, such as ``{"company_id": "company"}``: company, user, employee or department. When an
    import is taken back, a thing that stays here keeps what it refers to in other services, if it ``holds``
    on to it, which is a condition in SQL. ``moments`` are times that are no part of a thing's state, since nobody
    changes them; they are compared where the file says one, and are the import's own where it says none.
    """

    source: str
    key: str
    company: str | None
    columns: Sequence[Column[ArgsT]]
    money: Sequence[str] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    holds: str = "true"
    moments: Sequence[Column[ArgsT]] = ()


@dataclass(frozen=True)
class TableImport(Generic[ArgsT]):
    """How one old ``table`` comes into this service.

    ``name`` is what it becomes here. ``map`` is pure, and called for rows in any order. The others are called
    in a transaction that sees every company:

    * ``write`` makes new things, with their events, and refuses those that cannot be made. When the database
      refuses a row it raises for the whole batch, and is then called with halves, down to the row to blame.
    * ``change`` brings things that are here to the state of their args, with update events for what really
      changes; raising works as for ``write``.
    * ``remove`` takes things away with all that the import hung on them, and tells of it by ``*.removed``
      events; it answers the ids that must stay and why, in a sentence for the report.
    * ``account`` says where the things stand.

    ``finish`` is called after the tables of every run that is not a dry one, outside of any transaction, and may
    take its time: a run that is killed in it is resumed there, so it must be safe to begin again.

    With ``shared`` several rows may make one thing: the rows after the first count as merged. ``rules`` are
    sentences for the report about what is deliberately not as it was.
    """

    name: str
    table: str
    map: Mapper[ArgsT]
    write: Callable[[Sequence[Imported[ArgsT]]], Written]
    account: Account[ArgsT]
    change: Callable[[Sequence[Imported[ArgsT]]], Written]
    remove: Callable[[Collection[UUID]], Mapping[UUID, str]]
    finish: Callable[[ImportRun, Progress], Finished] | None = None
    shared: bool = False
    rules: Sequence[str] = ()


Plan = Sequence[TableImport[Any]]


@dataclass
class Tally:
    """What became of the first ``done`` rows of a table, up to that at ``place``.

    With counts by reason, rule and kind, and a few old ids. ``changed``, ``removed`` and ``conflicts`` stand
    beside the account: things of rows that were here already, and of rows that are gone from the file.
    """

    source_rows: int = 0
    done: int = 0
    place: int | None = None
    imported: int = 0
    unchanged: int = 0
    merged: int = 0
    quarantined: int = 0
    skipped: int = 0
    changed: int = 0
    removed: int = 0
    conflicts: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    todo: Counter[str] = field(default_factory=Counter)
    conflict_kinds: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def accounted(self) -> int:
        """The rows of which it is known what became of them."""
        return self.imported + self.unchanged + self.merged + self.quarantined + self.skipped

    def numbers(self) -> dict[str, int]:
        """The plain counts."""
        return {name: getattr(self, name) for name in NUMBERS}

    def details(self) -> dict[str, Any]:
        """The counts by reason, rule and kind, and the examples, as JSON."""
        counters = {
            "reasons": self.reasons,
            "rules": self.rules,
            "todo": self.todo,
            "conflict_kinds": self.conflict_kinds,
        }
        return {name: dict(counter) for name, counter in counters.items()} | {"examples": self.examples}

    def quarantine(self, reason: str, old_id: str) -> None:
        """Count a row that is set aside."""
        self.quarantined += 1
        self.reasons[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(old_id)

    def count_conflicts(self, kinds: Iterable[str]) -> None:
        """Count what is listed as a conflict, by kind."""
        for kind in kinds:
            self.conflicts += 1
            self.conflict_kinds[str(kind)] += 1

    def skip(self, rule: str) -> None:
        """Count a row that stays behind by a rule."""
        self.skipped += 1
        self.rules[rule] += 1
