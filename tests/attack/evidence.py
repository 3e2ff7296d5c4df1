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
ROWS = "SELECT md5(row::text) FROM {} row WHERE {} = %s"
ROW = "SELECT row::text FROM {} row WHERE md5(row::text) = ANY(%s) LIMIT 1"
SHOWN = 300
"""Characters of a row that a failing test shows."""
Fingerprint = Mapping[tuple[str, str], frozenset[str]]
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


def fingerprint(databases: "Databases", company_id: str) -> Fingerprint:
    """A digest of each of the company's rows, by service and table."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for service in SERVICES:
        for table, _has_id in databases.rows(service, TABLES):
            if not any(word in table for word in WRITTEN_BY_ATTEMPTS):
                rows = databases.rows(service, ROWS.format(table, "company_id"), [UUID(company_id)])
                found[service, table] = frozenset(row[0] for row in rows)
    rows = databases.rows("company", ROWS.format("companies", "id"), [UUID(company_id)])
    found["company", "companies"] = frozenset(row[0] for row in rows)
    return found


def changes(databases: "Databases", before: Fingerprint, after: Fingerprint) -> list[str]:
    """What is not as it was: the table, how many rows came and went, and the first of those that came."""
    told = []
    for service, table in sorted(before.keys() | after.keys()):
        had, has = before.get((service, table), frozenset()), after.get((service, table), frozenset())
        if had == has:
            continue
        shown = databases.rows(service, ROW.format(table), [list(has - had)])
        first = shown[0][0][:SHOWN] if shown else ""
        told.append(f"{service}.{table}: {len(has - had)} rows came, {len(had - has)} went: {first}")
    return told
