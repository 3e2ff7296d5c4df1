"""Django's registration of the app."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """See common/security."""

    name = "common.security"
    label = "security"
