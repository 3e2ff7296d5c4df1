"""The lists that are measured, and a company with a hundred thousand rows in each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from common.runtime.databases import Databases

COUNT = 100_000
# What a column of a type holds in row ``n`` when the list does not say otherwise.
_VALUES = {
    "uuid": "gen_random_uuid()",
    "text": "'text ' || n",
    "character varying": "'text ' || n",
    "boolean": "false",
    "integer": "1",
    "smallint": "1",
    "bigint": "n",
    "numeric": "n % 1000",
    "date": "date '2024-01-01' + (n % 700)::int",
    "timestamp with time zone": "timestamptz '2026-01-01' - n * interval '1 minute'",
    "jsonb": "'{}'::jsonb",
    "ARRAY": "'{}'",
}


@dataclass(frozen=True)
class MeasuredList:
    """A list, the table its rows are in, and SQL for the columns that need particular values.

    ``order`` names the columns by which the list is ordered, which the floor orders by, too.
    """

    service: str
    path: str
    table: str
    order: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def fill(self, databases: Databases, company_id: UUID, count: int = COUNT) -> None:
        """Put ``count`` rows of the company into the table, and take statistics."""
        found = databases.rows(
            self.service,
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'"
            " AND (is_nullable = 'NO' OR column_name = ANY(%s))",
            [self.table, list(self.columns)],
        )
        values = {name: _VALUES[kind] for name, kind in found} | dict(self.columns)
        if "company_id" in values and "company_id" not in self.columns:
            values["company_id"] = f"'{company_id}'::uuid"
        connection = databases.connection(self.service)
        connection.execute(
            f"INSERT INTO {self.table} ({', '.join(values)})"
            f" SELECT {', '.join(values.values())} FROM generate_series(1, {count}) n".encode()
        )
        connection.execute(f"VACUUM ANALYZE {self.table}".encode())


LISTS = (
    MeasuredList(
        "employee",
        "/employees",
        "employees",
        "employee_id, id",
        {
            "employee_id": "'E' || lpad(n::text, 6, '0')",
            "full_name_ar": "'نورة فهد السالم'",
            "email": "'p' || n || '@bench.example'",
            "hire_date": "date '2020-01-01' + (n % 2000)::int",
            "salary": "450.250",
            "employment_status": "'active'",
            "employment_type": "'full_time'",
            "employee_type": "'citizen'",
            "lifecycle": "'current'",
        },
    ),
)
