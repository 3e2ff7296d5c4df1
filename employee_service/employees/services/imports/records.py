"""Leaves, deductions and violations of the old system, of whichever table: brought in, changed, taken away."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from common.contracts.base import Event
from common.legacy.moments import carry_moment
from common.legacy.staging import publish_staged, stage
from common.messaging.services import Publication
from employee_service.employees.exceptions import EmployeeNotFoundError
from employee_service.employees.services.imports.stages import json_text
from employee_service.employees.services.imports.values import ImportedRecord

RecordT = TypeVar("RecordT", bound=ImportedRecord)
Told = Mapping[str, Any]

STAGE: Final = "imported_records"
_REMOVED: Final = "records_to_remove"
_COMMON: Final = {
    "id": "uuid",
    "old_id": "text",
    "company_id": "uuid",
    "employee_id": "uuid",
    "created_at": "timestamptz",
    "old_values": "jsonb",
}
_NAME: Final = (
    "coalesce(nullif(e.full_name_ar, ''), nullif(e.full_name_en, ''),"
    " trim(e.first_name || ' ' || e.last_name))"
)


@dataclass(frozen=True)
class RecordTable(Generic[RecordT]):
    """How records of one kind are written and told of.

    ``columns`` are the table's own, with PostgreSQL's types; ``values`` are a record's, in that order.
    ``told`` are those that events tell. ``event`` and ``removed`` make the events of a row, which has ``id``,
    ``company_id``, ``employee_id``, ``user_id`` and the table's own columns. ``settled`` are columns that depend
    on other rows: ``guesses`` are their values as far as the batch tells, and ``settle`` is SQL that puts them
    right in the stage.
    """

    table: str
    columns: Mapping[str, str]
    values: Callable[[RecordT], tuple[Any, ...]]
    told: Sequence[str]
    event: Callable[[Told], Event]
    removed: Callable[[Told], Event]
    settled: Mapping[str, str] = field(default_factory=dict)
    guesses: Callable[[Sequence[RecordT]], Iterable[tuple[Any, ...]]] = lambda rows: repeat((), len(rows))
    settle: str = ""

    @property
    def own(self) -> list[str]:
        """The columns that are written beside those which all records have."""
        return [*self.columns, *self.settled]


@dataclass(frozen=True)
class MadeRecord:
    """A record that was written: whose it is, and what was found out about it on the way."""

    id: UUID
    employee_name: str
    row: Told


@dataclass(frozen=True)
class RecordsImported:
    """What became of records: those that were made or changed, and those that were refused."""

    made: Sequence[MadeRecord] = ()
    refused: Mapping[UUID, EmployeeNotFoundError] = field(default_factory=dict)


def records_import(kind: RecordTable[RecordT], rows: Sequence[RecordT]) -> RecordsImported:
    """Bring in new records of employees who are here, in the caller's scope, and tell of each.

    Refused is a record of an employee who is not here.
    """
    columns = ", ".join([*_COMMON, *kind.own])
    taken = ", ".join(
        "coalesce(s.created_at, statement_timestamp())" if column == "created_at" else f"s.{column}"
        for column in [*_COMMON, *kind.own]
    )
    with transaction.atomic(), connection.cursor() as cursor:
        _stage(cursor, kind, rows)
        cursor.execute(
            f"WITH made AS (INSERT INTO {kind.table} ({columns}, version, updated_at)"
            f" SELECT {taken}, 1, statement_timestamp() FROM pg_temp.{STAGE} s"
            " JOIN employees e ON (e.company_id, e.id) = (s.company_id, s.employee_id) ORDER BY s.place"
            f" ON CONFLICT (id) DO NOTHING RETURNING {_told(kind, '')}) {_with_people(kind, 'made')}"
        )
        here = {record.id: record for record in _made(cursor)}
        # Told of in the order of the file, however the rows were divided into batches.
        made = [here[row.id] for row in rows if row.id in here]
        publish_staged(_publications(kind.event, made))
        missing = [row for row in rows if row.id not in here]
    return RecordsImported(
        made,
        {row.id: EmployeeNotFoundError(details={"employee_id": str(row.employee_id)}) for row in missing},
    )


def records_import_changes(kind: RecordTable[RecordT], rows: Sequence[RecordT]) -> RecordsImported:
    """Bring records that are here to the state of ``rows``, in the caller's scope.

    Told of are those in which changes what their events tell. Raises IntegrityError for a record of an
    employee who is not here.
    """
    compared = ["company_id", "employee_id", "old_values", *kind.columns]
    with transaction.atomic(), connection.cursor() as cursor:
        _stage(cursor, kind, rows)
        carry_moment(cursor, kind.table, STAGE)
        cursor.execute(
            f"SELECT r.id, {_differs(['company_id', 'employee_id', *kind.told])}"
            f" FROM {kind.table} r JOIN pg_temp.{STAGE} s USING (id) WHERE {_differs(compared)}"
            " ORDER BY r.id FOR UPDATE OF r"
        )
        found: dict[UUID, bool] = dict(cursor.fetchall())
        if not found:
            return RecordsImported()
        changes = ", ".join(f"{column} = s.{column}" for column in [*compared, *kind.settled])
        cursor.execute(
            f"WITH changed AS (UPDATE {kind.table} r"
            f" SET {changes}, version = r.version + 1, updated_at = statement_timestamp()"
            f" FROM pg_temp.{STAGE} s WHERE r.id = s.id AND r.id = ANY(%s) RETURNING {_told(kind, 'r.')})"
            f" {_with_people(kind, 'changed')}",
            [list(found)],
        )
        made = _made(cursor)
        publish_staged(_publications(kind.event, (record for record in made if found[record.id])))
    return RecordsImported(made)


def records_import_remove(kind: RecordTable[RecordT], ids: Collection[UUID]) -> None:
    """Take records away, in the caller's scope, and tell of each; an id that is not here is no mistake."""
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, _REMOVED, {"id": "uuid"}, ((key,) for key in ids))
        cursor.execute(
            f"WITH gone AS (DELETE FROM {kind.table} r USING pg_temp.{_REMOVED} s WHERE r.id = s.id"
            f" RETURNING {_told(kind, 'r.')}) {_with_people(kind, 'gone')}"
        )
        publish_staged(_publications(kind.removed, _made(cursor), later=1))


def records_named(
    kind: RecordTable[RecordT], ids: Collection[UUID], column: str, value: str
) -> dict[UUID, str]:
    """Which of ``ids`` have an account in ``column``, each with the old ``value`` that named it."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, old_values ->> %s FROM {kind.table}"
            f" WHERE id = ANY(%s) AND {column} IS NOT NULL AND old_values ? %s",
            [value, list(ids), value],
        )
        return dict(cursor.fetchall())


def records_tell(
    cursor: CursorWrapper,
    kind: RecordTable[RecordT],
    event: Callable[[Told], Event],
    employees: Collection[UUID],
    *,
    later: int = 0,
) -> None:
    """Publish ``event`` of each record of ``employees``, as ``later`` than the version that it has."""
    cursor.execute(
        f"WITH theirs AS (SELECT {_told(kind, 'r.')} FROM {kind.table} r"
        f" JOIN employees e ON (e.company_id, e.id) = (r.company_id, r.employee_id) WHERE e.id = ANY(%s))"
        f" {_with_people(kind, 'theirs')}",
        [list(employees)],
    )
    publish_staged(_publications(event, _made(cursor), later=later))


def _stage(cursor: CursorWrapper, kind: RecordTable[RecordT], rows: Sequence[RecordT]) -> None:
    columns = {"place": "int", **_COMMON, **kind.columns, **kind.settled}
    # Employee by employee, since the indexes begin with them; the first in the file stays the first.
    ordered = sorted(rows, key=attrgetter("company_id", "employee_id"))
    stage(
        cursor,
        STAGE,
        columns,
        (
            (
                place,
                row.id,
                row.old_id,
                row.company_id,
                row.employee_id,
                row.created_at,
                json_text(row.old_values),
                *kind.values(row),
                *guess,
            )
            for place, (row, guess) in enumerate(zip(ordered, kind.guesses(ordered), strict=True))
        ),
    )
    if kind.settle:
        cursor.execute(kind.settle)


def _differs(columns: Iterable[str]) -> str:
    names = list(columns)
    here, wanted = (", ".join(f"{table}.{name}" for name in names) for table in ("r", "s"))
    return f"ROW({here}) IS DISTINCT FROM ROW({wanted})"


def _told(kind: RecordTable[RecordT], prefix: str) -> str:
    return ", ".join(
        f"{prefix}{column}" for column in ["id", "company_id", "employee_id", "version", *kind.own]
    )


def _with_people(kind: RecordTable[RecordT], source: str) -> str:
    return (
        f"SELECT x.*, e.user_id, {_NAME} AS employee_name FROM {source} x"
        " JOIN employees e ON (e.company_id, e.id) = (x.company_id, x.employee_id)"
    )


def _made(cursor: CursorWrapper) -> list[MadeRecord]:
    names = [column.name for column in cursor.description]
    rows = (dict(zip(names, values, strict=True)) for values in cursor.fetchall())
    return [MadeRecord(row["id"], row["employee_name"], row) for row in rows]


def _publications(
    event: Callable[[Told], Event], records: Iterable[MadeRecord], *, later: int = 0
) -> Iterator[Publication]:
    return (
        Publication(event(item.row), item.id, item.row["company_id"], item.row["version"] + later)
        for item in records
    )
