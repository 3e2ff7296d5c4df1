"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The notification service's own app."""

    name = "notification_service.notifications"
    label = "notifications"
    verbose_name = _("Notifications")
