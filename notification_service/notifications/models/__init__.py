"""The notification service's tables."""

from notification_service.notifications.models.heard import HeardEvent
from notification_service.notifications.models.notices import ChannelState, DeliveryLog, Notification
from notification_service.notifications.models.people import Membership, Preference
from notification_service.notifications.models.templates import Template

__all__ = [
    "ChannelState",
    "DeliveryLog",
    "HeardEvent",
    "Membership",
    "Notification",
    "Preference",
    "Template",
]
