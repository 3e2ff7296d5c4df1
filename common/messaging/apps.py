"""Django's registration of the app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """See common/messaging."""

    name = "common.messaging"
    label = "messaging"
