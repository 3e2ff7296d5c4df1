"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferenceConfig(AppConfig):
    """See common/reference."""

    name = "common.reference"
    label = "reference"
    verbose_name = _("Copies of other services")
