"""Django's registration of the app."""

from django.apps import AppConfig


class UsersConfig(AppConfig):
    """The auth service's own app."""

    name = "auth_service.users"
    label = "users"
