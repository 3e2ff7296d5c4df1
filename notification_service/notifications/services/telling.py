"""The events of notices, ready to be published."""

from typing import Any, NamedTuple
from uuid import UUID

from common.contracts.base import Event
from common.contracts.notification import (
    NotificationCreated,
    NotificationDelivered,
    NotificationFailed,
    NotificationRead,
)
from notification_service.notifications.models import Notification


class Told(NamedTuple):
    """An event as ``publish_many`` takes it."""

    event: Event
    aggregate_id: UUID
    company_id: UUID | None
    version: int = 0


def told_created(notice: Notification, template: str) -> Told:
    """The notice waits to be delivered; ``template`` is the name of what words it."""
    return _told(NotificationCreated(**_which(notice), channel=notice.type, template=template))


def told_delivered(notice: Notification) -> Told:
    """The provider took the notice at its last attempt."""
    return _told(NotificationDelivered(**_which(notice), channel=notice.type, attempt=notice.attempts))


def told_failed(notice: Notification, error: str) -> Told:
    """The notice is given up."""
    return _told(
        NotificationFailed(**_which(notice), channel=notice.type, attempt=notice.attempts, error=error)
    )


def told_read(notice: Notification) -> Told:
    """The person has read the notice."""
    return _told(NotificationRead(**_which(notice)))


def _which(notice: Notification) -> dict[str, Any]:
    return {"notification_id": notice.pk, "company_id": notice.company_id, "user_id": notice.user_id}


def _told(event: Any) -> Told:
    return Told(event, event.notification_id, event.company_id)
