"""Django's registration of what every service does about personal data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """Retention, the share of a person's data that lies here, and who read it."""

    name = "common.privacy"
    label = "privacy"
    verbose_name = _("Personal data")
