"""Revoking sessions and people before their tokens expire."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.security.models import RevokedSession, RevokedUser

# Longer than an access token lives, whatever the clocks say.
KEPT_AT_LEAST = timedelta(days=1)


def revoke_session(*, session_id: UUID, expires_at: datetime) -> None:
    """Refuse the session's access tokens from now on; ``expires_at`` is when the last of them expires."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revoked_sessions AS kept (session_id, expires_at) VALUES (%s, %s)"
            " ON CONFLICT (session_id) DO UPDATE"
            " SET expires_at = greatest(kept.expires_at, excluded.expires_at)",
            [session_id, expires_at],
        )


def revoke_user(*, user_id: UUID, before: datetime) -> None:
    """Refuse every access token that the person got up to ``before``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revoked_users AS kept (user_id, before) VALUES (%s, %s)"
            " ON CONFLICT (user_id) DO UPDATE SET before = greatest(kept.before, excluded.before)",
            [user_id, before],
        )


def purge_revocations() -> int:
    """Delete rows that no token and no browser session can match any more; returns how many.

    A staff session is checked at each of its requests, so an idle one dies of age before its row goes.
    """
    outlived = timezone.now() - KEPT_AT_LEAST - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    sessions, _ = RevokedSession.objects.filter(expires_at__lt=outlived).delete()
    users, _ = RevokedUser.objects.filter(before__lt=outlived).delete()
    return sessions + users
