"""Those who carry notices out of the house; each channel's is chosen by the setting NOTICE_PROVIDERS."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from notification_service.notifications.providers.base import Answer, Fate, Outgoing, Provider

__all__ = ["Answer", "Fate", "Outgoing", "Provider", "provider_of"]


def provider_of(channel: str) -> Provider:
    """The provider of ``channel``; KeyError for one that has none, such as the application itself."""
    provider: Provider = _class_of(settings.NOTICE_PROVIDERS[channel])()
    return provider


@cache
def _class_of(path: str) -> type[Provider]:
    found: type[Provider] = import_string(path)
    return found
