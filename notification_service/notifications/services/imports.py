"""Old notices made, changed and taken back by the thousand.

They lie in the application, where their readers saw them; nobody is told of them again over any channel.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from common.contracts.notification import NotificationCreated, NotificationRead, NotificationRemoved
from common.legacy.staging import publish_staged, stage
from common.messaging.services import Publication
from notification_service.notifications.choices import Channel, Priority, Status
from notification_service.notifications.models import Preference

IMPORT: Final = "import"
_COLUMNS: Final = {
    "id": "uuid", "company_id": "uuid", "user_id": "uuid", "title": "text", "message": "text",
    "language": "text", "category": "text", "metadata": "jsonb", "is_read": "boolean",
    "created_at": "timestamptz", "old_id": "text",
}  # fmt: skip
_READ: Final = f"CASE WHEN s.is_read THEN '{Status.READ}' ELSE '{Status.DELIVERED}' END"
_READ_AT: Final = "CASE WHEN s.is_read THEN s.created_at END"
# The old system did not say when a notice was read; that it was is what counts.
_INSERT: Final = f"""
INSERT INTO notifications (
    id, company_id, user_id, type, title, message, language, category, status, priority, sent_at, read_at,
    metadata, attempts, round, error, old_id, created_at, updated_at
)
SELECT s.id, s.company_id, s.user_id, '{Channel.IN_APP}', s.title, s.message, s.language, s.category, {_READ},
    '{Priority.NORMAL}', s.created_at, {_READ_AT}, s.metadata, 1, 0, '', s.old_id, s.created_at, now()
FROM pg_temp.staged_notices AS s ORDER BY s.company_id, s.user_id, s.created_at
"""
_UPDATE: Final = f"""
UPDATE notifications AS n SET
    company_id = s.company_id, user_id = s.user_id, type = '{Channel.IN_APP}', title = s.title,
    message = s.message, language = s.language, category = s.category, status = {_READ}, sent_at = s.created_at,
    read_at = {_READ_AT}, metadata = s.metadata, due_at = NULL, lease = NULL, give_up_at = NULL, error = '',
    created_at = s.created_at, updated_at = now()
FROM pg_temp.staged_notices AS s WHERE n.id = s.id
"""
_NEWLY_READ: Final = """
SELECT s.id FROM pg_temp.staged_notices AS s JOIN notifications AS n ON n.id = s.id
WHERE s.is_read AND n.read_at IS NULL
"""
# An attempt belongs to the company of its notice.
_FORGET_ATTEMPTS: Final = """
SELECT count(*) FROM delivery_logs_forget((
    SELECT array_agg(n.id) FROM notifications AS n JOIN unnest(%s::uuid[], %s::uuid[]) AS s (id, company_id) USING (id)
    WHERE n.company_id <> s.company_id
))
"""
_OF_PLACES: Final = """
SELECT n.id FROM unnest(%s::uuid[], %s::uuid[]) AS p (company_id, user_id)
JOIN notifications AS n ON (n.company_id, n.user_id) = (p.company_id, p.user_id)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldNotice:
    """What an import says about a notice. ``metadata`` is JSON text."""

    id: UUID
    company_id: UUID
    user_id: UUID
    title: str
    message: str
    language: str
    category: str
    metadata: str
    is_read: bool
    created_at: datetime
    old_id: str


def notices_import(notices: Sequence[OldNotice]) -> None:
    """Make old notices, in the caller's transaction; raises IntegrityError for what is here."""
    with connection.cursor() as cursor:
        _stage(cursor, notices)
        cursor.execute(_INSERT)
    publish_staged(
        Publication(
            NotificationCreated(**_which(notice), channel=Channel.IN_APP.value, source=IMPORT),
            notice.id,
            notice.company_id,
        )
        for notice in notices
    )


def notices_change(notices: Sequence[OldNotice]) -> None:
    """Bring notices that are here to what the old system says now, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET_ATTEMPTS, [[notice.id for notice in notices], [notice.company_id for notice in notices]]
        )
        _stage(cursor, notices)
        cursor.execute(_NEWLY_READ)
        read = {row[0] for row in cursor.fetchall()}
        cursor.execute(_UPDATE)
    publish_staged(
        Publication(NotificationRead(**_which(notice)), notice.id, notice.company_id)
        for notice in notices
        if notice.id in read
    )


def notices_remove(ids: Collection[UUID]) -> None:
    """Take imported notices away, and tell of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM delivery_logs_forget(%s)", [list(ids)])
        _delete(cursor, list(ids))


def notices_of_accounts_remove(places: Collection[tuple[UUID, UUID]]) -> None:
    """Take away what the system wrote to accounts that are no more, and what they had said of its ways.

    ``places`` are company and account. What waits to be sent is sent to nobody.
    """
    users = [user_id for _company, user_id in places]
    with connection.cursor() as cursor:
        cursor.execute(_OF_PLACES, [[company_id for company_id, _user in places], users])
        if ids := [row[0] for row in cursor.fetchall()]:
            cursor.execute("SELECT count(*) FROM delivery_logs_forget_with_account(%s)", [ids])
            _delete(cursor, ids)
    Preference.objects.filter(pk__in=users).delete()


def _delete(cursor: CursorWrapper, ids: list[UUID]) -> None:
    cursor.execute("DELETE FROM notifications WHERE id = ANY(%s) RETURNING id, company_id, user_id", [ids])
    gone = cursor.fetchall()
    publish_staged(
        Publication(
            NotificationRemoved(notification_id=notice_id, company_id=company_id, user_id=user_id),
            notice_id,
            company_id,
        )
        for notice_id, company_id, user_id in gone
    )


def _stage(cursor: CursorWrapper, notices: Iterable[OldNotice]) -> None:
    rows = (
        (
            notice.id, notice.company_id, notice.user_id, notice.title, notice.message, notice.language,
            notice.category, notice.metadata, notice.is_read, notice.created_at, notice.old_id,
        )
        for notice in notices
    )  # fmt: skip
    stage(cursor, "staged_notices", _COLUMNS, rows)


def _which(notice: OldNotice) -> dict[str, Any]:
    return {"notification_id": notice.id, "company_id": notice.company_id, "user_id": notice.user_id}
