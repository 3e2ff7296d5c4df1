"""Migration operation for what an erasure changes in records that nobody else may change."""

from collections.abc import Mapping

from django.db import migrations

from common.security.append_only import owners_function


class Masking(migrations.RunSQL):
    """A function by which the run-time role makes rows of an append-only table unrecognisable, as an erasure does.

    It sets the columns that ``assignments`` names and no other, and returns how many rows it changed; see
    :func:`common.security.append_only.owners_function`.

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
        sets = ", ".join(f'"{column}" = {value}' for column, value in assignments.items())
        body = (
            f'WITH changed AS (UPDATE "{table}" SET {sets} WHERE {condition} RETURNING 1)'
            " SELECT count(*) FROM changed"
        )
        super().__init__(*owners_function(name, argument, returns="bigint", body=body, writers_of=table))
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
