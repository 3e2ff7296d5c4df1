"""Migration operation for a foreign key that may not lead into another company."""

from typing import Any

from django.db import migrations


class CompanyForeignKey(migrations.RunSQL):
    """Ties ``column`` of ``table`` to a row of ``target`` of the same company; checked at commit.

    Foreign-key checks go round row-level security, so a plain one would accept another company's id. The
    model's own field says ``db_constraint=False``; ``target`` needs a unique constraint on (company_id, id).
    """

    def __init__(self, table: str, column: str, target: str) -> None:
        name = f"{table}_{column}_in_company"
        super().__init__(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (company_id, "{column}")'
            f' REFERENCES "{target}" (company_id, id) DEFERRABLE INITIALLY DEFERRED',
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
        )
        self._arguments = (table, column, target)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Django's serialised form of the operation."""
        return (self.__class__.__name__, self._arguments, {})

    def describe(self) -> str:
        """One line for ``migrate``'s output."""
        return f"Tie {self._arguments[0]} to {self._arguments[2]} of the same company"
