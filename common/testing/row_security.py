"""Rules of row-level security that every service's database keeps; each service's tests inherit them.

They read PostgreSQL's catalogue as the run-time role, so a table that somebody adds later is checked too.
"""

from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection

from common.security.tenancy import all_companies, company_scope

TABLES_OF_COMPANIES = """
    SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attname = 'company_id' AND NOT a.attisdropped ORDER BY 1
"""
PROTECTED_TABLES = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity AND c.relforcerowsecurity
      AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
"""
# By the condition for columns without NULL: rows of no company are nobody's, or everybody's where that is meant.
POLICIES_OPEN_TO_NULL = """
    SELECT p.tablename FROM pg_policies p JOIN pg_attribute a ON a.attrelid = format('%I', p.tablename)::regclass
      AND a.attname = substring(p.qual FROM '^COALESCE\\(\\("?(\\w+)"? = ')
    WHERE p.schemaname = 'public' AND NOT a.attnotnull
"""
POLICIES_THAT_RUN_PER_ROW = """
    SELECT tablename FROM pg_policies WHERE schemaname = 'public'
      AND (coalesce(qual, '') || coalesce(with_check, '')) ~ '(random|clock_timestamp|unnest)\\('
"""
VIEWS_OF_THEIR_OWNER = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}')
"""
ROLE = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
OWNED_BY_THE_ROLE = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND pg_get_userbyid(relowner) = current_user
"""


@pytest.mark.django_db
class RowSecurityRules:
    """Inherit as ``TestRowSecurity``, name the service's tables of companies, and say how to fill them."""

    tables: ClassVar[frozenset[str]]
    open_to_all: ClassVar[frozenset[str]] = frozenset()
    """Tables whose rows of no company everybody sees."""

    def fill(self, company_id: UUID) -> None:
        """Write at least one row of the company into each of ``tables``; called in the company's scope."""
        raise NotImplementedError

    def test_every_table_of_companies_forces_row_level_security(self) -> None:
        """Owner included: a migration that forgets the scope sees nothing rather than everything."""
        of_companies = set(_column(TABLES_OF_COMPANIES))
        assert of_companies >= self.tables
        assert of_companies - set(_column(PROTECTED_TABLES)) == set()

    def test_a_company_sees_its_own_rows_and_nobody_else_does(self) -> None:
        """No company in the transaction, or another one: no rows."""
        company_id = uuid4()
        with company_scope(company_id):
            self.fill(company_id)
            assert self._tables_with_rows_of(company_id) == self.tables
        with company_scope(uuid4()):
            assert self._tables_with_rows_of(company_id) == set()
        assert self._tables_with_rows_of(company_id) == set()
        with all_companies("the group's own staff"):
            assert self._tables_with_rows_of(company_id) == self.tables

    def test_no_row_is_written_for_another_company(self) -> None:
        """The policy checks what is written, too."""
        with company_scope(uuid4()), pytest.raises(ProgrammingError, match="row-level security"):
            self.fill(uuid4())

    def _tables_with_rows_of(self, company_id: UUID) -> set[str]:
        found = 'SELECT 1 FROM "{}" WHERE company_id = %s LIMIT 1'
        return {table for table in self.tables if _column(found.format(table), company_id)}

    def test_no_policy_calls_what_postgresql_would_run_for_each_row(self) -> None:
        """A volatile function in a policy makes a list a thousand times slower."""
        assert _column(POLICIES_THAT_RUN_PER_ROW) == []

    def test_every_policy_reads_the_scope_once_a_statement(self) -> None:
        """What is read once is in a subquery of its own, and not in the condition of the rows."""
        per_row = [table for table in _column(PROTECTED_TABLES) if "current_setting(" in _plan(table)]
        assert per_row == []

    def test_rows_without_a_company_are_nobodys_unless_it_is_said(self) -> None:
        """A column that becomes nullable needs another policy than one that never is."""
        assert set(_column(POLICIES_OPEN_TO_NULL)) == self.open_to_all

    def test_no_view_shows_what_its_owner_may_see(self) -> None:
        """A view without security_invoker goes round the policies of its tables."""
        assert _column(VIEWS_OF_THEIR_OWNER) == []

    def test_the_run_time_role_cannot_go_round_row_level_security(self) -> None:
        """It is no superuser, has no BYPASSRLS and owns no table."""
        with connection.cursor() as cursor:
            cursor.execute(ROLE)
            assert cursor.fetchone() == (False, False)
        assert _column(OWNED_BY_THE_ROLE) == []


def _column(query: str, *parameters: UUID) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return [row[0] for row in cursor.fetchall()]


def _plan(table: str) -> str:
    return "\n".join(_column(f'EXPLAIN SELECT FROM "{table}"'))
