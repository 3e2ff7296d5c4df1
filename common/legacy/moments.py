"""When something was first written down in the old system, which nobody changes here and verify compares."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from common.legacy.plan import Column


def written_at() -> Column[Any]:
    """The column of a thing's first moment, for the moments of an account."""
    return Column("created_at", "timestamptz", "t.created_at", lambda args: args.created_at)


def carry_moment(cursor: CursorWrapper, table: str, stage: str) -> None:
    """Take over the first moments that the staged rows say; no event tells of one, and no version counts it."""
    cursor.execute(
        f"UPDATE {table} t SET created_at = s.created_at FROM pg_temp.{stage} s"
        " WHERE t.id = s.id AND t.created_at <> s.created_at"
    )
