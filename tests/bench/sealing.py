"""Sealed values for the rows of a list that is measured; runs in the service that has the keys."""

from uuid import UUID

from django.db import connection

from common.security.encryption.rotation import sealed_tables
from common.security.tenancy import company_scope

_BATCH = 2_000


def seal_column(table: str, column: str, plain: str, company_id: UUID) -> None:
    """Give ``column`` of all the company's rows in ``table`` the same value, each sealed for its row."""
    [field] = [
        each
        for found in sealed_tables()
        if found.name == table
        for each in found.fields
        if each.column == column
    ]
    with company_scope(company_id), connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE company_id = %s", [company_id])
        ids = [row_id for (row_id,) in cursor.fetchall()]
        value = field.to_python(plain)
        for first in range(0, len(ids), _BATCH):
            batch = ids[first : first + _BATCH]
            cursor.execute(
                f"UPDATE {table} t SET {column} = u.sealed FROM unnest(%s::uuid[], %s::text[]) AS u(id, sealed)"
                " WHERE t.id = u.id",
                [batch, [field.sealed(value, row_id) for row_id in batch]],
            )
