"""Reading what was revoked."""

from datetime import datetime
from uuid import UUID

from django.db import connection


def is_revoked(*, session_id: UUID, user_id: UUID, issued_at: datetime) -> bool:
    """Whether the session, or everything issued to the person up to ``issued_at``, was revoked. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM revoked_sessions WHERE session_id = %s)"
            " OR EXISTS (SELECT FROM revoked_users WHERE user_id = %s AND before >= %s)",
            [session_id, user_id, issued_at],
        )
        return bool(cursor.fetchone()[0])
