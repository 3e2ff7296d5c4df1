"""Django's registration of the app."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """The analytics service's own app."""

    name = "analytics_service.analytics"
    label = "analytics"
