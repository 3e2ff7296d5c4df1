"""Migration operations for records of what happened: the run-time role adds rows and changes or removes none."""

from collections.abc import Sequence

from django.db import migrations

_WRITERS = """
DO $do$
DECLARE
    writer text;
BEGIN
    FOR writer IN
        SELECT DISTINCT quote_ident(pg_get_userbyid(acl.grantee))
        FROM pg_class AS c, aclexplode(c.relacl) AS acl
        WHERE c.oid = '{table}'::regclass AND acl.privilege_type = 'INSERT'
            AND acl.grantee <> 0 AND acl.grantee <> c.relowner
    LOOP
        {statements}
    END LOOP;
END
$do$;
"""


def for_writers(table: str, *statements: str) -> str:
    """SQL that runs the statements for every role but the owner that may add rows; ``%s`` stands for the role.

    The names of roles differ from one system to the next, so they are read from the table's grants.
    """
    executed = "\n        ".join(f"EXECUTE format('{statement}', writer);" for statement in statements)
    return _WRITERS.format(table=table, statements=executed)


def owners_function(name: str, argument: str, *, returns: str, body: str, writers_of: str) -> tuple[str, str]:
    """SQL that makes a function which runs as the tables' owner, and SQL that drops it.

    Row-level security binds the owner, too, in the caller's scope. Whoever may add rows to ``writers_of`` may call
    it, and nobody else.

    Args:
        name: The function's name.
        argument: Name and type of its one argument, such as ``before timestamptz``.
        returns: What it returns, in SQL.
        body: Its one statement.
        writers_of: The table.
    """
    called = f'"{name}"({argument.partition(" ")[2]})'
    create = (
        f'CREATE OR REPLACE FUNCTION "{name}"({argument}) RETURNS {returns} LANGUAGE sql SECURITY DEFINER'
        f" SET search_path = pg_catalog, public, pg_temp AS $body$ {body} $body$;"
        f" REVOKE ALL ON FUNCTION {called} FROM PUBLIC;"
    )
    return create + for_writers(
        writers_of, f"GRANT EXECUTE ON FUNCTION {called} TO %s"
    ), f"DROP FUNCTION {called}"


class AppendOnly(migrations.RunSQL):
    """Rows of ``table`` are added and then stay as they are: no UPDATE, DELETE or TRUNCATE.

    ``updatable`` names the columns that may still change: a position that is given later, the end of what
    was begun. What has to go after its time goes through a :class:`Removal`.
    """

    def __init__(self, table: str, *, updatable: Sequence[str] = ()) -> None:
        forward = [f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM %s']
        backward = [f'GRANT UPDATE, DELETE ON "{table}" TO %s']
        if updatable:
            columns = ", ".join(f'"{column}"' for column in updatable)
            forward.append(f'GRANT UPDATE ({columns}) ON "{table}" TO %s')
            backward.insert(0, f'REVOKE UPDATE ({columns}) ON "{table}" FROM %s')
        super().__init__(for_writers(table, *forward), for_writers(table, *backward))
        self._arguments = ((table,), {"updatable": tuple(updatable)})

    def deconstruct(self) -> tuple[str, tuple[str, ...], dict[str, tuple[str, ...]]]:
        """Django's serialised form of the operation."""
        return (self.__class__.__name__, *self._arguments)

    def describe(self) -> str:
        """One line for ``migrate``'s output."""
        return f"Let nobody change or remove rows of {self._arguments[0][0]}"


class Removal(migrations.RunSQL):
    """A function by which the run-time role removes rows of an append-only table, and those rows only.

    It returns the rows that went; see :func:`owners_function`. ``condition`` has the last word about which may
    go: it must hold whatever the caller asks for.

    Args:
        name: The function's name.
        table: Whose rows it removes.
        argument: Name and type of its one argument, such as ``before timestamptz``.
        condition: Which rows go, in SQL over the table and the argument.
    """

    def __init__(self, name: str, table: str, *, argument: str, condition: str) -> None:
        body = f'DELETE FROM "{table}" WHERE {condition} RETURNING "{table}".*'
        returns = f'SETOF "{table}"'
        super().__init__(*owners_function(name, argument, returns=returns, body=body, writers_of=table))
        self._arguments = ((name, table), {"argument": argument, "condition": condition})

    def deconstruct(self) -> tuple[str, tuple[str, str], dict[str, str]]:
        """Django's serialised form of the operation."""
        return (self.__class__.__name__, *self._arguments)

    def describe(self) -> str:
        """One line for ``migrate``'s output."""
        return f"Let {self._arguments[0][0]}() remove rows of {self._arguments[0][1]}"
