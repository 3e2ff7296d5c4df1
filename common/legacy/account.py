"""Where imported things stand, in SQL made from a plan's accounts."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from common.legacy.plan import Account


def present(account: Account[Any], ids: Collection[UUID]) -> set[UUID]:
    """Which of ``ids`` are here."""
    query = f"SELECT {account.key} FROM {account.source} WHERE {account.key} = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(query, [list(ids)])
        return {row[0] for row in cursor.fetchall()}


def state_sql(account: Account[Any]) -> str:
    """An SQL expression over the account's source: what a thing's compared columns are, as one number.

    Of their text in UTC and not by PostgreSQL's own hashing, which may differ from version to version.
    """
    columns = ", ".join(f"({column.here})::{column.type}" for column in account.columns)
    return f"('x' || left(md5(ROW({columns})::text), 16))::bit(64)::bigint"
