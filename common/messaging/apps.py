"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from common.observability.metrics import register_collector

CONTRACTS = ("auth", "company", "employee", "document", "notification", "analytics")


class MessagingConfig(AppConfig):
    """Events between services."""

    name = "common.messaging"
    label = "messaging"
    verbose_name = _("Events between services")

    def ready(self) -> None:
        """Load the catalogue and this service's consumers; show what was refused and what waits."""
        from common.messaging.metrics import flow_metrics
        from common.messaging.refusals import refusal_metrics

        for name in CONTRACTS:
            import_module(f"common.contracts.{name}")
        autodiscover_modules("consumers")
        register_collector(refusal_metrics)
        register_collector(flow_metrics)
