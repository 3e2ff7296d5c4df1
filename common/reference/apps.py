"""Django's registration of the app."""

from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    """See common/reference."""

    name = "common.reference"
    label = "reference"
