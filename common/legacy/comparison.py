"""A batch of old rows, mapped anew, against the ledger and against what stands here: one statement of SQL."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from common.legacy.account import state_sql
from common.legacy.compared import (
    EXAMPLES,
    EXPLAINED,
    UNEXPLAINED,
    ColumnCheck,
    Comparison,
    Difference,
    Expected,
    Standing,
    Sums,
)
from common.legacy.plan import Account, Column
from common.legacy.planning import by_index
from common.legacy.sealed import compare_sealed
from common.legacy.staging import stage

_STAGE: Final = "verified_rows"
_SUMS: Final = 2**64
_SECRET: Final = frozenset({"password"})
_LONGEST_EXAMPLE: Final = 60


class Comparer:
    """Compares the batches of one entry, in the caller's transaction, which must see every company."""

    def __init__(self, name: str, account: Account[Any]) -> None:
        self._columns: Sequence[Column[Any]] = [*account.columns, *account.moments]
        self.found = Comparison(columns={column.name: ColumnCheck(column.name) for column in self._columns})
        self._name = name
        self._account = account
        self._standings = self._standings_sql()
        self._aggregates = self._aggregates_sql()

    def add(self, rows: Sequence[Expected]) -> None:
        """Compare one more batch."""
        with connection.cursor() as cursor:
            self._stage(cursor, rows)
            with by_index():
                cursor.execute(f"CREATE TEMPORARY TABLE compared_rows ON COMMIT DROP AS {self._standings}")
            cursor.execute(f"{self._aggregates} FROM compared_rows GROUP BY standing")
            before = self._doubtful()
            for standing, *numbers in cursor.fetchall():
                self._take(standing, numbers)
            self._take_money(cursor)
            self._take_sealed(cursor, rows)
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
        here = "".join(
            f", {self._here(n, column)}::{column.type} AS h{n}" for n, column in enumerate(self._columns)
        )
        here += "".join(f", {column.sealed.here} AS x{n}" for n, column in self._sealed() if column.sealed)
        sealed = "".join(f", h.x{n}" for n, _column in self._sealed())
        company = f"({account.company})::uuid" if account.company else "NULL::uuid"
        differs = " OR ".join(f"s.c{n} IS DISTINCT FROM h.h{n}" for n in range(len(account.columns)))
        return f"""
            SELECT s.*, h.company_here, {", ".join(f"h.h{n}" for n in range(len(self._columns)))}{sealed},
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
            LEFT JOIN LATERAL (
              SELECT {account.key} AS id, {company} AS company_here, {state_sql(account)} AS state_here{here}
              FROM {account.source} WHERE {account.key} = s.id OFFSET 0
            ) h ON true
        """

    def _here(self, number: int, column: Column[Any]) -> str:
        """What is compared of a thing here; of a moment nothing where the file says none."""
        if number < len(self._account.columns):
            return f"({column.here})"
        return f"(CASE WHEN s.c{number} IS NOT NULL THEN {column.here} END)"

    def _example(self, example: Difference) -> None:
        if len(self.found.examples) < EXAMPLES:
            self.found.examples.append(example)

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
        explained = "standing IN ({})".format(", ".join(f"'{standing}'" for standing in EXPLAINED))
        ours = f"standing <> '{Standing.NOT_HERE}'"
        for n, column in enumerate(self._columns):
            if column.name not in self._account.money or column.sealed is not None:
                continue
            for side, company in (("c", "company"), ("h", "company_here")):
                cursor.execute(
                    f"SELECT {company}, coalesce(sum({side}{n}) FILTER (WHERE {ours}), 0),"
                    f" coalesce(sum({side}{n}) FILTER (WHERE {explained}), 0) FROM compared_rows GROUP BY 1"
                )
                for company_id, amount, of_people in cursor.fetchall():
                    sums = self.found.money.setdefault((column.name, company_id), Sums())
                    sums.add(amount, of_people, in_file=side == "c")

    def _sealed(self) -> Iterator[tuple[int, Column[Any]]]:
        return ((n, column) for n, column in enumerate(self._columns) if column.sealed is not None)

    def _take_sealed(self, cursor: CursorWrapper, rows: Sequence[Expected]) -> None:
        """Open what is sealed here: it must be what its mark says, and money is added up."""
        args = {row.key: row.args for row in rows}
        for n, column in self._sealed():
            check, is_money = self.found.columns[column.name], column.name in self._account.money
            cursor.execute(
                f"SELECT key, id, standing, company, company_here, c{n} IS DISTINCT FROM h{n}, x{n}"
                " FROM compared_rows"
            )
            for key, thing, standing, company, company_here, differs, sealed in cursor.fetchall():
                values = compare_sealed(column, args[key], thing, sealed)
                if standing == Standing.SAME and not differs and not values.equal:
                    check.differing += 1
                    self._example(Difference(key, str(thing), standing, column.name))
                if is_money:
                    for amount, of, in_file in (
                        (values.file, company, True),
                        (values.here, company_here, False),
                    ):
                        counted = amount or Decimal(0) if standing != Standing.NOT_HERE else Decimal(0)
                        sums = self.found.money.setdefault((column.name, of), Sums())
                        sums.add(counted, counted if standing in EXPLAINED else Decimal(0), in_file=in_file)

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
                secret = column.name in _SECRET or column.sealed is not None
                yield Difference(
                    key, thing, Standing.SAME, column.name, None if secret else file, None if secret else here
                )
