"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """The document service's own app."""

    name = "document_service.documents"
    label = "documents"
    verbose_name = _("Documents")

    def ready(self) -> None:
        from common.api.health import register_health_block
        from document_service.documents.api.serializers import HealthStorage
        from document_service.documents.files.storage import storage_state

        register_health_block("storage", storage_state, shape=HealthStorage)
