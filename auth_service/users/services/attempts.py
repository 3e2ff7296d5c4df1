"""Slowing down whoever guesses passwords; counted in the database, so right for all processes."""

import hashlib
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from auth_service.users.exceptions import TooManyAttemptsError
from auth_service.users.models import SignInAttempts
from auth_service.users.models.people import email_normalised

LIMIT = 10
WINDOW = timedelta(minutes=15)


def attempt_begin(email: str) -> None:
    """Count an attempt to sign in with ``email``, whoever has it; raises TooManyAttemptsError beyond LIMIT.

    It counts before the password is looked at, so parallel attempts cannot slip through, and the right
    password tells nothing while the address is closed.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sign_in_attempts AS kept (key, attempts, since) VALUES (%(key)s, 1, %(now)s)"
            " ON CONFLICT (key) DO UPDATE SET"
            " attempts = CASE WHEN kept.since < %(expired)s THEN 1 ELSE kept.attempts + 1 END,"
            " since = CASE WHEN kept.since < %(expired)s THEN %(now)s ELSE kept.since END"
            " RETURNING attempts, since",
            {"key": _key(email), "now": now, "expired": now - WINDOW},
        )
        attempts, since = cursor.fetchone()
    if attempts > LIMIT:
        raise TooManyAttemptsError(retry_after=(since + WINDOW - now).total_seconds())


def attempt_succeeded(email: str) -> None:
    """Forget the failed attempts at an address."""
    SignInAttempts.objects.filter(key=_key(email)).delete()


def attempts_purge() -> int:
    """Delete counters that are over; returns how many."""
    deleted, _ = SignInAttempts.objects.filter(since__lt=timezone.now() - WINDOW).delete()
    return deleted


def _key(email: str) -> str:
    return hashlib.sha256(email_normalised(email).encode()).hexdigest()
