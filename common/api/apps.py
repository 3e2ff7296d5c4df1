"""Django's registration of the app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """See common/api."""

    name = "common.api"
    label = "api"
