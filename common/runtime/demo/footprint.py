"""Looks for a person in every table there is: what a refused hire has left behind."""

from collections.abc import Collection, Iterable
from typing import Final

from psycopg import sql

from common.runtime.databases import Databases

# The saga's own records and what tells of the past: these stay on purpose.
_RECORDS: Final[dict[str, str]] = {
    "sagas": "the saga itself",
    "saga_steps": "its history",
    "saga_effects": "what each service did and undid for it",
    "saga_fences": "its fence",
    "event_log": "events, also of the account's deletion",
    "idempotency_keys": "the request's key",
    "revoked_users": "tokens of the deleted account are refused",
}
_TABLES: Final = """
SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1
"""


def traces(databases: Databases, service: str, marks: Iterable[str]) -> tuple[int, list[str]]:
    """How many tables of a service were searched, and those with a row that holds one of ``marks``."""
    tables = [row[0] for row in databases.rows(service, _TABLES) if row[0] not in _RECORDS]
    patterns = [f"%{mark}%" for mark in marks]
    return len(tables), [table for table in tables if _count(databases, service, table, patterns)]


def _count(databases: Databases, service: str, table: str, patterns: Collection[str]) -> int:
    query = sql.SQL("SELECT count(*) FROM {} AS t WHERE t::text LIKE ANY(%s)").format(sql.Identifier(table))
    row = databases.connection(service).execute(query, [list(patterns)]).fetchone()
    return int(row[0]) if row else 0
