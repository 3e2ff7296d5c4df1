"""The pages of the notification service for staff."""

from notification_service.notifications.admin.ledger import NotificationAdmin
from notification_service.notifications.admin.operations import ChannelStateAdmin, HeardEventAdmin
from notification_service.notifications.admin.people import PreferenceAdmin
from notification_service.notifications.admin.templates import TemplateAdmin

__all__ = [
    "ChannelStateAdmin",
    "HeardEventAdmin",
    "NotificationAdmin",
    "PreferenceAdmin",
    "TemplateAdmin",
]
