"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SagasConfig(AppConfig):
    """Processes over several services."""

    name = "common.sagas"
    label = "sagas"
    verbose_name = _("Sagas")
