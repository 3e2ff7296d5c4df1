"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """The analytics service's own app."""

    name = "analytics_service.analytics"
    label = "analytics"
    verbose_name = _("Analytics")
