"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig


class ConfConfig(AppConfig):
    """See common/conf."""

    name = "common.conf"
    label = "conf"

    def ready(self) -> None:
        import_module("common.conf.checks")
