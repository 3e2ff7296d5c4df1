"""Migration operations that put row-level security on a table, in the migration that creates it."""

import re
from typing import Any, Final

from django.db import migrations
from django.db.migrations.operations.base import Operation

# Each in a subquery, so that PostgreSQL reads the setting once a query and not once a row: a count over
# 100,000 rows took 31 ms without and takes 5 ms with it.
COMPANY = "(select nullif(current_setting('app.company_id', true), '')::uuid)"
EVERY_COMPANY = "(select coalesce(current_setting('app.all_companies', true), '') = 'on')"
PERSON = "(select nullif(current_setting('app.user_id', true), '')::uuid)"
# The same two answers as one, because each subquery is planned with every statement: the company, NULL for every
# company, and for nobody at all an id that is nobody's.
_COMPANY_OR_NULL_FOR_ALL: Final = (
    "(select case when current_setting('app.all_companies', true) = 'on' then null"
    " else coalesce(nullif(current_setting('app.company_id', true), ''),"
    " '00000000-0000-0000-0000-000000000000')::uuid end)"
)


def policy_sql(table: str, condition: str, check: str = "") -> str:
    """SQL that forces row-level security on ``table``, owner included, with one policy for every command.

    ``check`` is the condition for rows that are written, where it differs from the one for rows that are seen.
    """
    return (
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;'
        f'CREATE POLICY tenant ON "{table}" USING ({condition}) WITH CHECK ({check or condition});'
    )


def drop_sql(table: str) -> str:
    """SQL that undoes :func:`policy_sql`."""
    return (
        f'DROP POLICY tenant ON "{table}";'
        f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY;'
        f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY;'
    )


def tenant_policy_sql(table: str, column: str, *, nullable: bool) -> str:
    """SQL of the policy of :class:`TenantPolicy`, new or in place of the one that there is.

    The form that reads the scope once takes NULL for every company. So it is for columns that are NOT NULL, or
    whose NULL everybody may see; PostgreSQL is asked when the table is there. A column that loses its NOT NULL
    afterwards needs the policy anew: until then rows of no company are nobody's.
    """
    of_none = "true" if nullable else f'"{column}" is not null'
    once = f'coalesce("{column}" = {_COMPANY_OR_NULL_FOR_ALL}, {of_none})'
    hidden = f'{EVERY_COMPANY} OR "{column}" = {COMPANY}'
    never_null = (
        "(SELECT attnotnull FROM pg_attribute"
        f" WHERE attrelid = '\"{table}\"'::regclass AND attname = '{column}')"
    )
    return (
        f"DO $do$ BEGIN IF {nullable or never_null} THEN {_replacing_sql(table, once)}"
        f" ELSE {_replacing_sql(table, hidden)} END IF; END $do$;"
    )


def _replacing_sql(table: str, condition: str) -> str:
    return f'DROP POLICY IF EXISTS tenant ON "{table}"; {policy_sql(table, condition)}'


class TenantPolicy(migrations.RunSQL):
    """Rows of ``table`` belong to the company in ``column``.

    ``nullable=True`` is for tables that also hold rows of no company (a system role, an event about a
    person): those are visible to everyone.
    """

    def __init__(self, table: str, column: str = "company_id", *, nullable: bool = False) -> None:
        super().__init__(tenant_policy_sql(table, column, nullable=nullable), drop_sql(table))
        self._arguments = ((table, column), {"nullable": nullable})

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, bool]]:
        """Django's serialised form of the operation."""
        return (self.__class__.__name__, *self._arguments)

    def describe(self) -> str:
        """One line for ``migrate``'s output."""
        return f"Force row-level security on {self._arguments[0][0]}"


class ConditionPolicy(migrations.RunSQL):
    """Row-level security by a condition of the table's own, for tables whose rows belong to people.

    The conditions may use the SQL fragments COMPANY, PERSON and EVERY_COMPANY of this module.
    """

    def __init__(self, table: str, condition: str, check: str = "") -> None:
        super().__init__(policy_sql(table, condition, check), drop_sql(table))
        self._arguments = (table, condition, check)

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, bool]]:
        """Django's serialised form of the operation."""
        return (self.__class__.__name__, self._arguments, {})


_EVERY_COMPANY_READ: Final = (
    r"\(COALESCE\(current_setting\('app\.all_companies'::text, true\), ''::text\) = 'on'::text\)"
)
_ID_READ: Final = r"\(NULLIF\(current_setting\('app\.{setting}'::text, true\), ''::text\)\)::uuid"
_READ_PER_ROW: Final = re.compile(
    rf"(?<!SELECT )(?:{_EVERY_COMPANY_READ}|{_ID_READ.format(setting='(?:company|user)_id')})"
)
_TWO_SUBQUERIES: Final = re.compile(
    rf"\(\( SELECT {_EVERY_COMPANY_READ}\)"
    rf" OR \((?P<column>\w+) = \( SELECT {_ID_READ.format(setting='company_id')}\)\)"
    r"(?P<nullable> OR \((?P=column) IS NULL\))?\)"
)


class ReadScopeOnce(Operation):
    """Gives every table that is there the policy that its migration would give it today.

    Policies of companies get the form of :class:`TenantPolicy`; in all others whatever is read from the settings
    once a row is read once a statement. Who sees what stays as it was, so that there is nothing to undo.
    """

    reduces_to_sql = False
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Write the policies anew."""
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = 'public'"
            )
            found = cursor.fetchall()
        for table, name, condition, check in found:
            once, checked = _read_once(condition), _read_once(check)
            tenant = _TWO_SUBQUERIES.fullmatch(once)
            if tenant and name == "tenant" and checked == once:
                nullable = tenant["nullable"] is not None
                schema_editor.execute(tenant_policy_sql(table, tenant["column"], nullable=nullable))
            elif once or checked:
                using = f" USING ({once})" if once else ""
                schema_editor.execute(
                    f'ALTER POLICY "{name}" ON "{table}"{using}'
                    + (f" WITH CHECK ({checked})" if checked else "")
                )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing: the policies say the same."""

    def describe(self) -> str:
        """One line for ``migrate``'s output."""
        return "Read the scope once a statement in every policy"


def _read_once(condition: str | None) -> str:
    """A condition as PostgreSQL writes it, with what it reads from the settings in subqueries without names."""
    return _READ_PER_ROW.sub(lambda found: f"( SELECT {found[0]})", condition or "").replace(
        ' AS "nullif")', ")"
    )
