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

    ``order`` names the columns by which the list is ordered, which the floor orders by, too. ``afterwards``
    is SQL that makes what belongs to the rows. ``{company_id}`` and ``{user_id}`` stand for whoever asks.
    A list that begins at another table than its rows' names that one in ``counted`` and both in ``source``.
    ``sealed`` names columns whose value is sealed for its row, with what they say: tests/bench/sealing.py fills them.
    """

    service: str
    path: str
    table: str
    order: str
    columns: Mapping[str, str] = field(default_factory=dict)
    of_company: str = "company_id = '{company_id}'"
    afterwards: str = ""
    source: str = ""
    counted: str = ""
    sealed: Mapping[str, str] = field(default_factory=dict)

    def fill(self, databases: Databases, company_id: UUID, user_id: UUID, count: int = COUNT) -> None:
        """Put ``count`` rows of the company into the table, and take statistics."""
        found = databases.rows(
            self.service,
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
            " AND table_name = %s AND is_generated = 'NEVER' AND is_identity = 'NO'"
            " AND (is_nullable = 'NO' OR column_name = ANY(%s))",
            [self.table, list(self.columns)],
        )
        usual = {
            name: "'{company_id}'::uuid" if name == "company_id" else _VALUES[kind] for name, kind in found
        }
        values = {**usual, **self.columns}
        connection = databases.connection(self.service)
        names = ", ".join(f'"{name}"' for name in values)
        filling = (
            f"INSERT INTO {self.table} ({names})"
            f" SELECT {', '.join(values.values())} FROM generate_series(1, {count}) n"
        )
        cleaning = f"VACUUM ANALYZE {self.table}, {self.counted or self.table}"
        for statement in filter(None, (filling, self.afterwards)):
            # Not format: braces are JSON and arrays here, too.
            asked = statement.replace("{company_id}", str(company_id)).replace("{user_id}", str(user_id))
            connection.execute(asked.encode())
        connection.execute(cleaning.encode())

    def bare_query(self, company_id: UUID, user_id: UUID, limit: int) -> str:
        """The least a list of these rows can ask for."""
        condition = self.of_company.format(company_id=company_id, user_id=user_id)
        source = self.source or self.table
        return f"SELECT {self.table}.* FROM {source} WHERE {condition} ORDER BY {self.order} LIMIT {limit}"

    def count_query(self, company_id: UUID, user_id: UUID, limit: int) -> str:
        """How many rows there are, as far as ``limit``."""
        condition = self.of_company.format(company_id=company_id, user_id=user_id)
        counted = f"SELECT FROM {self.counted or self.table} WHERE {condition} LIMIT {limit}"
        return f"SELECT count(*) FROM ({counted}) AS counted"


# Whom leaves and deductions are of: each of the company's people has many.
_SOMEBODY = "(SELECT id FROM employees WHERE company_id = '{company_id}' ORDER BY employee_id LIMIT 1)"

LISTS = (
    MeasuredList(
        "employee",
        "/employees",
        "employees",
        "employee_id, id",
        {
            "employee_id": "'E' || lpad(n::text, 6, '0')",
            "full_name_ar": "'نورة فهد السالم'",
            "email": "'p' || n || '@{company_id}.example'",
            "hire_date": "date '2020-01-01' + (n % 2000)::int",
            "employment_status": "'active'",
            "employment_type": "'full_time'",
            "employee_type": "'citizen'",
            "lifecycle": "'current'",
        },
        sealed={"salary": "450.250"},
    ),
    MeasuredList(
        "employee",
        "/leaves",
        "leaves",
        "start_date DESC, id DESC",
        {
            "employee_id": _SOMEBODY,
            "leave_type": "'annual'",
            "status": "'rejected'",
            "decided_at": "now()",
            "end_date": "date '2026-01-01'",
        },
    ),
    MeasuredList(
        "company",
        "/companies/{company_id}/departments",
        "departments",
        "name_folded, id",
        {
            "budget": "n",
            "name": "'D' || n",
            "name_folded": "'d' || lpad(n::text, 6, '0')",
            "is_active": "true",
        },
    ),
    MeasuredList(
        "company",
        "/companies/{company_id}/licenses",
        "licenses",
        "created_at DESC, id DESC",
        {
            "type": "'main'",
            "status": "'active'",
            "number": "'L' || n",
            "is_active": "true",
            "created_at": "now() - n * interval '1 s'",
        },
        of_company="company_id = '{company_id}' AND is_active",
    ),
    MeasuredList(
        "document",
        "/documents",
        "documents",
        "created_at DESC, id DESC",
        {
            "is_public": "true",
            "document_type": "'contract'",
            "mime_type": "'application/pdf'",
            "created_at": "now() - n * interval '1 s'",
        },
    ),
    MeasuredList(
        "notification",
        "/notifications",
        "notifications",
        "created_at DESC, id DESC",
        {
            "user_id": "'{user_id}'::uuid",
            "type": "'in_app'",
            "status": "'delivered'",
            "priority": "'normal'",
            "language": "'ar'",
            "created_at": "now() - n * interval '1 s'",
        },
        of_company="company_id = '{company_id}' AND user_id = '{user_id}'",
    ),
    MeasuredList(
        "analytics",
        "/events",
        "analytics_events",
        "occurred_at DESC, id DESC",
        {"company_id": "'{company_id}'::uuid", "producer": "'employee'", "type": "'employee.updated'"},
    ),
    MeasuredList(
        "auth",
        "/users",
        "users",
        "user_roles.created_at, user_roles.id",
        {"email": "'u' || lpad(n::text, 6, '0') || '@{company_id}.example'", "is_active": "true"},
        of_company="user_roles.company_id = '{company_id}'",
        source="user_roles JOIN users ON users.id = user_roles.user_id",
        counted="user_roles",
        afterwards="INSERT INTO user_roles (user_id, company_id, role_id) SELECT u.id, '{company_id}', r.id FROM"
        " users u, roles r WHERE u.email LIKE 'u______@{company_id}.example' AND r.company_id = '{company_id}'"
        " AND r.name = 'worker'",
    ),
)
