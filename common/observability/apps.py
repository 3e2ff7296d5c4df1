"""Django's registration of the app."""

from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """See common/observability."""

    name = "common.observability"
    label = "observability"
