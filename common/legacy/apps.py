"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LegacyConfig(AppConfig):
    """See common/legacy."""

    name = "common.legacy"
    label = "legacy"
    verbose_name = _("Import of the old data")
