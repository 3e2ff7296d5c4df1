"""Migration operation for what an erasure changes in records that nobody else may change."""

from collections.abc import Mapping

from django.db import migrations

from common.security.append_only import for_writers


class Masking(migrations.RunSQL):
    """A function by which the run-time role makes rows of an append-only table unrecognisable, as an erasure does.

    It runs as the tables' owner, whom row-level security binds in the caller's scope, sets the columns that
    ``assignments`` names and no other, and returns how many rows it changed.

    Args:
        name: The function's name.
        table: Whose rows it changes.
        argument: Name and type of its one argument, such as ``people uuid[]``.
        assignments: SQL of the new value by column.
        condition: Which rows are changed, in SQL over the table and the argument.
    """

    def __init__(
        self, name: str, table: str, *, argument: str, assignments: Mapping[str, str], condition: str
    ) -> None:
        kind = argument.partition(" ")[2]
        sets = ", ".join(f'"{column}" = {value}' for column, value in assignments.items())
        create = (
            f'CREATE OR REPLACE FUNCTION "{name}"({argument}) RETURNS bigint LANGUAGE sql SECURITY DEFINER'
            f" SET search_path = pg_catalog, public, pg_temp AS $mask$"
            f' WITH changed AS (UPDATE "{table}" SET {sets} WHERE {condition} RETURNING 1)'
            f" SELECT count(*) FROM changed $mask$;"
            f' REVOKE ALL ON FUNCTION "{name}"({kind}) FROM PUBLIC;'
        )
        allow = for_writers(table, f'GRANT EXECUTE ON FUNCTION "{name}"({kind}) TO %s')
        super().__init__(create + allow, f'DROP FUNCTION "{name}"({kind})')
        self._arguments = (
            (name, table),
            {"argument": argument, "assignments": dict(assignments), "condition": condition},
        )

    def deconstruct(self) -> tuple[str, tuple[str, str], dict[str, str | dict[str, str]]]:
        """Django's serialised form of the operation."""
        return (self.__class__.__name__, *self._arguments)  # type: ignore[return-value]

    def describe(self) -> str:
        """One line for ``migrate``'s output."""
        return f"Let {self._arguments[0][0]}() mask rows of {self._arguments[0][1]}"
