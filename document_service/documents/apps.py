"""Django's registration of the app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """The document service's own app."""

    name = "document_service.documents"
    label = "documents"
