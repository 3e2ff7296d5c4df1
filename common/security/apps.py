"""Django's registration of the app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SecurityConfig(AppConfig):
    """See common/security."""

    name = "common.security"
    label = "security"

    def ready(self) -> None:
        """Settle the grants after every run of migrations."""
        post_migrate.connect(_settle_grants, sender=self, dispatch_uid="settle grants")


def _settle_grants(using: str, **_said: Any) -> None:
    from django.db import connections

    from common.security.grants import SETTLE

    with connections[using].cursor() as cursor:
        cursor.execute(SETTLE)
