"""Rules about records of what happened, which every service's database keeps; each service's tests inherit them.

They read PostgreSQL's catalogue as the run-time role, so a table that somebody adds later is checked too.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

import pytest
from django.db import connection

IN_EVERY_SERVICE: Final[Mapping[str, frozenset[str]]] = {
    "event_log": frozenset({"position"}),
    "saga_steps": frozenset({"status", "error", "finished_at"}),
    "saga_effects": frozenset(),
    "quarantine_actions": frozenset(),
    "django_admin_log": frozenset(),
    "person_accesses": frozenset(),
}
_IN_BOXES: Final = frozenset({"parked_events"})
# Names of tables that tell what happened.
_SOUNDS_LIKE_ONE = "(_log|_logs|_ledger|_history|_downloads|_accesses|_actions|_events)$"
_NAMED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname ~ %s
"""
_MAY = """
    SELECT p FROM unnest(ARRAY['INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p
    WHERE has_table_privilege(%s, p)
"""
_UPDATABLE = """
    SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege(attrelid, attnum, 'UPDATE')
"""
_LOOSE_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
        AND (NOT coalesce(p.proconfig::text, '') LIKE '%search_path=pg_catalog%'
             OR EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
             OR (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE oid = p.proowner))
"""


@pytest.mark.django_db
class AppendOnlyRules:
    """Inherit as ``TestAppendOnly``; name the service's own records and which of their columns may change."""

    records: ClassVar[Mapping[str, frozenset[str]]] = {}
    # Tables whose names only sound like records, and why they are none.
    others: ClassVar[Mapping[str, str]] = {}

    def test_records_are_added_to_and_never_changed_or_removed(self) -> None:
        """The run-time role adds and reads rows; of what is there it may fill in the named columns."""
        for table, updatable in {**IN_EVERY_SERVICE, **self.records}.items():
            assert _column(_MAY, table) == {"INSERT", "SELECT"}, table
            assert _column(_UPDATABLE, table) == updatable, table

    def test_what_sounds_like_a_record_is_one(self) -> None:
        """A log that somebody adds later must be declared append-only, or excused."""
        named = _column(_NAMED, _SOUNDS_LIKE_ONE)
        assert named - set(IN_EVERY_SERVICE) - _IN_BOXES - set(self.records) == set(self.others)

    def test_nobody_else_may_call_what_runs_as_the_owner(self) -> None:
        """Such a function looks names up where only the owner can put something, and is not for everybody."""
        assert _column(_LOOSE_FUNCTIONS) == set()


def _column(query: str, *parameters: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return {row[0] for row in cursor.fetchall()}
