"""A batch of old rows, mapped anew, against the ledger and against what stands here: one statement of SQL."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import TextChoices

from common.legacy.account import state_sql
from common.legacy.plan import Account, Column
from common.legacy.staging import stage

EXAMPLES: Final = 5
_STAGE: Final = "verified_rows"
_SUMS: Final = 2**64
_SECRET: Final = frozenset({"password"})
_LONGEST_EXAMPLE: Final = 60


class Standing(TextChoices):
    """How a row of the file that should be here stands to the ledger and to what is here."""

    SAME = "same"
    # People have changed the thing here since the import.
    PEOPLE = "people"
    # People have taken the thing away here since the import.
    TAKEN_AWAY = "taken_away"
    # The row changed, or came, in the file since the import; its company works on the new side.
    LEFT_BEHIND = "left_behind"
    # The ledger knows no thing made of the row: the account of outcomes says why, or that nothing does.
    NOT_HERE = "not_here"
    # From here on nothing explains it.
    FILE_CHANGED = "file_changed"
    MISSING = "missing"


UNEXPLAINED: Final = (Standing.FILE_CHANGED, Standing.MISSING)


@dataclass(frozen=True)
class Expected:
    """One old row as it should be here: its key in the ledger, its hash, and what the mapper made of it."""

    key: str
    source_hash: int
    id: UUID
    company_id: UUID | None
    args: Any


@dataclass
class ColumnCheck:
    """One column on both sides.

    ``compared`` things are as the import wrote them; of these ``differing`` differ. ``file_sum`` and
    ``here_sum`` are checksums over them, which do not depend on an order. ``people`` differ because people
    changed them here.
    """

    name: str
    compared: int = 0
    differing: int = 0
    people: int = 0
    file_sum: int = 0
    here_sum: int = 0

    def as_json(self) -> dict[str, Any]:
        """The check as a JSON object; checksums in hexadecimal."""
        return {
            "compared": self.compared,
            "differing": self.differing,
            "changed_by_people": self.people,
            "checksum_file": f"{self.file_sum:016x}",
            "checksum_here": f"{self.here_sum:016x}",
            "equal": self.equal,
        }

    @property
    def equal(self) -> bool:
        """Whether both sides agree, but for what people changed."""
        return not self.differing and self.file_sum == self.here_sum


@dataclass
class Sums:
    """Sums of one money column of one company: in the file and here, and of both the part people changed."""

    file: Decimal = Decimal(0)
    here: Decimal = Decimal(0)
    file_people: Decimal = Decimal(0)
    here_people: Decimal = Decimal(0)

    @property
    def unexplained(self) -> Decimal:
        """What is here and not in the file, but for what people changed."""
        return (self.here - self.here_people) - (self.file - self.file_people)


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the file says."""

    key: str
    id: str
    standing: str
    column: str = ""
    file: str | None = None
    here: str | None = None


@dataclass
class Comparison:
    """What all batches of one entry of a plan came to."""

    standings: Counter[str] = field(default_factory=Counter)
    columns: dict[str, ColumnCheck] = field(default_factory=dict)
    money: dict[tuple[str, UUID | None], Sums] = field(default_factory=dict)
    examples: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        """The rows for whose standing there is no explanation."""
        return sum(count for standing, count in self.standings.items() if standing in UNEXPLAINED)

    @property
    def equal(self) -> bool:
        """Whether everything is as the file says, but for what is explained."""
        return (
            not self.unexplained
            and all(column.equal for column in self.columns.values())
            and not any(sums.unexplained for sums in self.money.values())
        )


class Comparer:
    """Compares the batches of one entry, in the caller's transaction, which must see every company."""

    def __init__(self, name: str, account: Account[Any]) -> None:
        self.found = Comparison(columns={column.name: ColumnCheck(column.name) for column in account.columns})
        self._name = name
        self._account = account
        self._columns: Sequence[Column[Any]] = account.columns
        self._standings = self._standings_sql()
        self._aggregates = self._aggregates_sql()

    def add(self, rows: Sequence[Expected]) -> None:
        """Compare one more batch."""
        with connection.cursor() as cursor:
            self._stage(cursor, rows)
            cursor.execute(f"CREATE TEMPORARY TABLE compared_rows ON COMMIT DROP AS {self._standings}")
            cursor.execute(f"{self._aggregates} FROM compared_rows GROUP BY standing")
            before = self._doubtful()
            for standing, *numbers in cursor.fetchall():
                self._take(standing, numbers)
            self._take_money(cursor)
            if len(self.found.examples) < EXAMPLES and self._doubtful() > before:
                self.found.examples += self._examples(cursor)
                del self.found.examples[EXAMPLES:]
            cursor.execute("DROP TABLE compared_rows")

    def _doubtful(self) -> int:
        return self.found.unexplained + sum(column.differing for column in self.found.columns.values())

    def _stage(self, cursor: CursorWrapper, rows: Sequence[Expected]) -> None:
        columns = {"key": "text", "source_hash": "bigint", "id": "uuid", "company": "uuid"}
        columns |= {f"c{number}": column.type for number, column in enumerate(self._columns)}
        expected = [column.expected for column in self._columns]
        stage(
            cursor,
            _STAGE,
            columns,
            (
                (row.key, row.source_hash, row.id, row.company_id, *(value(row.args) for value in expected))
                for row in rows
            ),
        )

    def _standings_sql(self) -> str:
        """Every staged row with what is here (``h0`` …), the company here, and its standing."""
        account = self._account
        here = "".join(f", ({column.here})::{column.type} AS h{n}" for n, column in enumerate(self._columns))
        company = f"({account.company})::uuid" if account.company else "NULL::uuid"
        differs = " OR ".join(f"s.c{n} IS DISTINCT FROM h.h{n}" for n in range(len(self._columns)))
        return f"""
            SELECT s.*, h.company_here, {", ".join(f"h.h{n}" for n in range(len(self._columns)))},
                   CASE
                     WHEN l.target_id IS DISTINCT FROM s.id THEN '{Standing.NOT_HERE}'
                     WHEN h.id IS NULL THEN
                       CASE WHEN (
                         SELECT e.type FROM event_log e WHERE e.aggregate_id = s.id ORDER BY e.id DESC LIMIT 1
                       ) LIKE '%.deleted' THEN '{Standing.TAKEN_AWAY}' ELSE '{Standing.MISSING}' END
                     WHEN l.source_hash <> s.source_hash THEN
                       CASE WHEN o.company_id IS NULL
                         THEN '{Standing.FILE_CHANGED}' ELSE '{Standing.LEFT_BEHIND}' END
                     WHEN l.state_hash IS DISTINCT FROM h.state_here AND ({differs}) THEN '{Standing.PEOPLE}'
                     ELSE '{Standing.SAME}'
                   END AS standing
            FROM {_STAGE} s
            LEFT JOIN imported_rows l ON l.name = '{self._name}' AND l.key = s.key
            LEFT JOIN handed_over_companies o ON o.company_id = s.company
            LEFT JOIN (
              SELECT {account.key} AS id, {company} AS company_here, {state_sql(account)} AS state_here{here}
              FROM {account.source} WHERE {account.key} IN (SELECT id FROM {_STAGE})
            ) h ON h.id = s.id
        """

    def _aggregates_sql(self) -> str:
        parts = ["SELECT standing, count(*)"]
        for n in range(len(self._columns)):
            parts.append(f"count(*) FILTER (WHERE c{n} IS DISTINCT FROM h{n})")
            parts += [f"coalesce(sum({self._checksum(f'{side}{n}', n)}), 0)" for side in "ch"]
        return ", ".join(parts)

    def _checksum(self, value: str, number: int) -> str:
        kind = self._columns[number].type
        # 250.5 and 250.500 are one number.
        plain = f"trim_scale({value})" if kind.startswith("numeric") else value
        return f"hashtextextended(id::text || coalesce('=' || ({plain})::text, ''), 0)::numeric"

    def _take(self, standing: str, numbers: Sequence[Any]) -> None:
        rows, *columns = numbers
        self.found.standings[standing] += rows
        for n, check in enumerate(self.found.columns.values()):
            differing, file_sum, here_sum = columns[3 * n : 3 * n + 3]
            if standing == Standing.SAME:
                check.compared += rows
                check.differing += differing
                check.file_sum = int(check.file_sum + file_sum) % _SUMS
                check.here_sum = int(check.here_sum + here_sum) % _SUMS
            elif standing == Standing.PEOPLE:
                check.people += differing

    def _take_money(self, cursor: CursorWrapper) -> None:
        explained = f"standing IN ('{Standing.PEOPLE}', '{Standing.TAKEN_AWAY}', '{Standing.LEFT_BEHIND}')"
        ours = f"standing <> '{Standing.NOT_HERE}'"
        for n, column in enumerate(self._columns):
            if column.name not in self._account.money:
                continue
            for side, company in (("c", "company"), ("h", "company_here")):
                cursor.execute(
                    f"SELECT {company}, coalesce(sum({side}{n}) FILTER (WHERE {ours}), 0),"
                    f" coalesce(sum({side}{n}) FILTER (WHERE {explained}), 0) FROM compared_rows GROUP BY 1"
                )
                for company_id, amount, of_people in cursor.fetchall():
                    sums = self.found.money.setdefault((column.name, company_id), Sums())
                    if side == "c":
                        sums.file += amount
                        sums.file_people += of_people
                    else:
                        sums.here += amount
                        sums.here_people += of_people

    def _examples(self, cursor: CursorWrapper) -> Iterator[Difference]:
        odd = ", ".join(f"'{standing}'" for standing in UNEXPLAINED)
        cursor.execute(
            f"SELECT key, id::text, standing FROM compared_rows WHERE standing IN ({odd}) LIMIT {EXAMPLES}"
        )
        for key, thing, standing in cursor.fetchall():
            yield Difference(key, thing, standing)
        for n, column in enumerate(self._columns):
            cursor.execute(
                f"SELECT key, id::text, left(c{n}::text, {_LONGEST_EXAMPLE}), left(h{n}::text, {_LONGEST_EXAMPLE})"
                f" FROM compared_rows WHERE standing = '{Standing.SAME}' AND c{n} IS DISTINCT FROM h{n}"
                f" LIMIT {EXAMPLES}"
            )
            for key, thing, file, here in cursor.fetchall():
                secret = column.name in _SECRET
                yield Difference(
                    key, thing, Standing.SAME, column.name, None if secret else file, None if secret else here
                )
