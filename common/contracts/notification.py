"""Published language of the notification service. What a notice says stays there."""

from uuid import UUID

from common.contracts.base import Event, event


@event("notification.created", owner="notification")
class NotificationCreated(Event):
    """A notice to a person is waiting to be delivered over ``channel`` (email, sms, push, in_app)."""

    notification_id: UUID
    company_id: UUID
    user_id: UUID
    channel: str
    template: str = ""
    source: str = ""


@event("notification.delivered", owner="notification")
class NotificationDelivered(Event):
    """The channel's provider took a notice at the ``attempt``-th try."""

    notification_id: UUID
    company_id: UUID
    user_id: UUID
    channel: str
    attempt: int


@event("notification.failed", owner="notification")
class NotificationFailed(Event):
    """A notice was given up after ``attempt`` tries."""

    notification_id: UUID
    company_id: UUID
    user_id: UUID
    channel: str
    attempt: int
    error: str


@event("notification.read", owner="notification")
class NotificationRead(Event):
    """The person has read a notice."""

    notification_id: UUID
    company_id: UUID
    user_id: UUID


@event("notification.removed", owner="notification")
class NotificationRemoved(Event):
    """A notice that an import had brought was taken away again: it never was."""

    notification_id: UUID
    company_id: UUID
    user_id: UUID
