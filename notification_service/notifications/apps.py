"""Django's registration of the app."""

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """The notification service's own app."""

    name = "notification_service.notifications"
    label = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from common.api.health import register_health_block
        from notification_service.notifications.services.channels import channel_health

        register_health_block("email_service", partial(channel_health, "email"))
        register_health_block("sms_service", partial(channel_health, "sms"))
