"""Django's registration of the app."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """The notification service's own app."""

    name = "notification_service.notifications"
    label = "notifications"
