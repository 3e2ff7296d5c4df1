"""What a company has in the six databases, past every defence: its ids, and a fingerprint of its rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from common.runtime.layout import SERVICES

if TYPE_CHECKING:
    from common.runtime.databases import Databases

TABLES = (
    "SELECT table_name, bool_or(column_name = 'id' AND data_type = 'uuid') FROM information_schema.columns"
    " JOIN information_schema.tables USING (table_schema, table_name)"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    " GROUP BY 1 HAVING bool_or(column_name = 'company_id') ORDER BY 1"
)
WRITTEN_BY_ATTEMPTS = ("audit", "access", "attempt")
"""Words in the names of tables that tell of attempts: a refusal is written there."""


def ids_of(databases: "Databases", company_id: str) -> set[str]:
    """The ids of everything the company has, and of the people who belong to it and to no other."""
    found = {company_id}
    for service in SERVICES:
        for table, has_id in databases.rows(service, TABLES):
            if has_id:
                query = f"SELECT id FROM {table} WHERE company_id = %s"
                found |= {str(row[0]) for row in databases.rows(service, query, [UUID(company_id)])}
    people = (
        "SELECT user_id FROM user_roles GROUP BY 1 HAVING array_agg(DISTINCT company_id) = ARRAY[%s::uuid]"
    )
    return found | {str(row[0]) for row in databases.rows("auth", people, [company_id])}


def fingerprint(databases: "Databases", company_id: str) -> Mapping[str, str]:
    """A digest of the company's rows, by service and table."""
    found: dict[str, str] = {}
    for service in SERVICES:
        for table, _has_id in databases.rows(service, TABLES):
            if any(word in table for word in WRITTEN_BY_ATTEMPTS):
                continue
            query = (
                f"SELECT coalesce(md5(string_agg(row::text, chr(10) ORDER BY row::text)), '') FROM {table} row"
                " WHERE company_id = %s"
            )
            found[f"{service}.{table}"] = databases.value(service, query, [UUID(company_id)])
        if service == "company":
            query = "SELECT md5(row::text) FROM companies row WHERE id = %s"
            found["company.companies"] = databases.value(service, query, [UUID(company_id)])
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The tables in which something is not as it was."""
    return sorted(table for table in before if before[table] != after.get(table))
