"""Django's registration of the app."""

from django.apps import AppConfig


class ConfConfig(AppConfig):
    """See common/conf."""

    name = "common.conf"
    label = "conf"
