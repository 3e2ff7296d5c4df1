"""Django's registration of the app."""

from django.apps import AppConfig


class SagasConfig(AppConfig):
    """See common/sagas."""

    name = "common.sagas"
    label = "sagas"
