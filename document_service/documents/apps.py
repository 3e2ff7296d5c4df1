"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """The document service's own app."""

    name = "document_service.documents"
    label = "documents"
    verbose_name = _("Documents")
