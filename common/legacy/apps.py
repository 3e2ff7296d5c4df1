"""Django's registration of the app."""

from django.apps import AppConfig


class LegacyConfig(AppConfig):
    """See common/legacy."""

    name = "common.legacy"
    label = "legacy"
