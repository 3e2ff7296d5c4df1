"""Published language of the notification service."""

from uuid import UUID

from common.contracts.base import Event, event


@event("notification.created", owner="notification")
class NotificationCreated(Event):
    """A notice waits to be delivered to a person."""

    notification_id: UUID
    company_id: UUID
    user_id: UUID
    channel: str
