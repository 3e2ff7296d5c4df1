"""Notices out of the old application's file: in the application, read or unread as they were, never sent again."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from common.legacy import old_notifications
from common.legacy.choices import QuarantineReason
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Outcome, Quarantined
from common.legacy.old_notifications import OldNotification, read_notification
from common.legacy.plan import Account, Column, Plan, TableImport, Written
from common.legacy.reader import Row
from common.legacy.scripts import is_arabic
from common.legacy.values import plain
from notification_service.notifications.choices import Channel, Language, Status
from notification_service.notifications.services.imports import (
    OldNotice,
    notices_change,
    notices_import,
    notices_remove,
)

ACCOUNT: Final = Account[OldNotice](
    source="notifications t",
    key="t.id",
    company="t.company_id",
    columns=(
        Column("company_id", "uuid", "t.company_id", lambda args: args.company_id),
        Column("user_id", "uuid", "t.user_id", lambda args: args.user_id),
        Column("channel", "text", "t.type", lambda _args: Channel.IN_APP.value),
        Column("title", "text", "t.title", lambda args: args.title),
        Column("message", "text", "t.message", lambda args: args.message),
        Column("language", "text", "t.language", lambda args: args.language),
        Column("category", "text", "t.category", lambda args: args.category),
        Column("metadata", "jsonb", "t.metadata", lambda args: args.metadata),
        Column(
            "status",
            "text",
            "t.status",
            lambda args: Status.READ.value if args.is_read else Status.DELIVERED.value,
        ),
        Column("created_at", "timestamptz", "t.created_at", lambda args: args.created_at),
        Column("old_id", "text", "t.old_id", lambda args: args.old_id),
    ),
    references={"company_id": "company", "user_id": "user"},
    # The system writes notices by itself: one is no reason for an account to stay.
    holds="false",
)
RULES: Final = (
    "notifications: they lie in the application as they did, and nobody is told of them again; the old system"
    " did not say when one was read, so it counts as read when it was written.",
    "notifications: one that names no company is its reader's company's; data that is not sound JSON is kept"
    " as it stands.",
    "notifications: how long they are kept is counted from the import on.",
)


def plan(facts: Facts) -> Plan:
    """What this service takes from the file."""
    return (
        TableImport(
            name="notifications",
            table=old_notifications.TABLE,
            map=lambda row, place: map_notification(row, place, facts),
            write=write_notifications,
            account=ACCOUNT,
            change=change_notifications,
            remove=remove_notifications,
            rules=RULES,
        ),
    )


def map_notification(row: Row, place: int, facts: Facts) -> Outcome[OldNotice]:
    """An old notice as it is here."""
    user = facts.carried_user(plain(row.get("user_id")))
    named = plain(row.get("company_id"))
    company_id = facts.carried_company(named) if named else user.company_id if user else None
    found = facts.accepted(old_notifications.TABLE, read_notification, row, place, company_id=company_id)
    if isinstance(found, Quarantined):
        return found
    if user is None:
        return Quarantined(QuarantineReason.UNKNOWN_USER, company_id=company_id, detail=found.user_old_id)
    if company_id is None:
        return Quarantined(QuarantineReason.UNKNOWN_COMPANY, detail=named)
    return Imported(found.id, _notice(found, company_id, user.id), company_id=company_id)


def write_notifications(items: Sequence[Imported[OldNotice]]) -> Written:
    """Make the notices."""
    notices_import([item.args for item in items])
    return Written()


def change_notifications(items: Sequence[Imported[OldNotice]]) -> Written:
    """Bring the notices to the state of their args."""
    notices_change([item.args for item in items])
    return Written()


def remove_notifications(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take the notices away; none has to stay."""
    notices_remove(ids)
    return {}


def _notice(found: OldNotification, company_id: UUID, user_id: UUID) -> OldNotice:
    arabic = is_arabic(found.title) or is_arabic(found.message)
    return OldNotice(
        id=found.id,
        company_id=company_id,
        user_id=user_id,
        title=found.title,
        message=found.message,
        language=Language.ARABIC.value if arabic else Language.ENGLISH.value,
        category=found.category,
        metadata=json.dumps(found.data, ensure_ascii=False) if found.data else "{}",
        is_read=found.is_read,
        created_at=found.created_at,
        old_id=found.old_id,
    )
