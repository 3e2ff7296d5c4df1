"""What stands in the six databases, table by table, to be compared with what stands there at another time."""

from collections.abc import Mapping
from typing import Final

from common.runtime.databases import Databases
from common.runtime.layout import SERVICES

Content = Mapping[str, tuple[int, str]]
"""Of each table (``service.table``) the number of rows and a checksum of them."""

EVENT_LOGS: Final = frozenset({"event_log", "analytics_events"})
FEEDS: Final = frozenset({"feed_cursors", "feed_head", "feed_subscribers"})
RUN_RECORDS: Final = frozenset({"import_runs", "import_tables"})
# What the clock, the admin or any message writes, whoever imports what.
_NOT_DATA: Final = frozenset({"django_migrations", "django_session", "handled_messages", "sequencer_state"})
_TABLES: Final = """
SELECT c.relname, array_agg(a.attname::text) FILTER (
    WHERE a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~ 'nextval|now\\(\\)|_timestamp'
        OR a.attname IN ('created_at', 'updated_at')
)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
GROUP BY c.relname ORDER BY c.relname
"""
_CHECKSUM: Final = """
SELECT count(*), coalesce(md5(string_agg(h, '' ORDER BY h)), '') FROM (SELECT md5({row}) AS h FROM "{table}" AS t) AS x
"""
# Ids that are made at random differ from run to run, those that are derived do not; and so do passwords that
# nobody has, and what is sealed.
_RANDOM: Final = (
    "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    '|"![0-9A-Za-z]{32,}"|"v1:[0-9A-Za-z_-]+:[0-9A-Za-z+/=]+"'
)
_ESSENCE: Final = f"regexp_replace((to_jsonb(t) - ARRAY[%s]::text[])::text, '{_RANDOM}', '*', 'g')"


def exactly(databases: Databases, *, without: frozenset[str] = frozenset()) -> Content:
    """Every column of every row, but of the tables ``without`` and of what no import has to do with."""
    return _content(databases, without, essence=False)


def in_essence(databases: Databases, *, without: frozenset[str] = frozenset()) -> Content:
    """The same without what differs from run to run: random ids, numbers in a sequence, times of writing."""
    return _content(databases, without, essence=True)


def differences(before: Content, after: Content) -> list[str]:
    """The tables that differ, each in a few words."""
    return [
        f"{table}: {_told(before.get(table))} before, {_told(after.get(table))} now"
        for table in sorted(before.keys() | after.keys())
        if before.get(table) != after.get(table)
    ]


def _told(found: tuple[int, str] | None) -> str:
    return f"{found[0]} rows ({found[1][:8] or 'nothing'})" if found else "no such table"


def _content(databases: Databases, without: frozenset[str], *, essence: bool) -> Content:
    found: dict[str, tuple[int, str]] = {}
    for service in SERVICES:
        for table, volatile in databases.rows(service, _TABLES):
            if table in without or table in _NOT_DATA:
                continue
            names = ", ".join(f"'{name}'" for name in volatile or ())
            row = _ESSENCE % names if essence else "t::text"
            count, checksum = databases.rows(service, _CHECKSUM.format(row=row, table=table))[0]
            found[f"{service}.{table}"] = (count, checksum)
    return found
