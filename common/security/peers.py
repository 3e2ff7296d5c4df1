"""Asking another of our services in this one's name."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.conf import settings

from common.security.exchange import OK, Answer, Limits, PeerError, exchange
from common.security.service_tokens import mint_service_token

__all__ = ["OK", "Answer", "Limits", "PeerError", "ask"]


def ask(
    service: str, address: str, limits: Limits, *, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send ``service`` a request in this service's name: a GET, or a POST of ``body`` as JSON; raises PeerError."""
    said = {"Authorization": f"Bearer {mint_service_token(service)}", **(headers or {})}
    content = None
    if body is not None:
        said["Content-Type"] = "application/json"
        try:
            content = msgspec.json.encode(body)
        except UnicodeError as error:
            raise PeerError(f"{type(error).__name__}: cannot be asked for") from error
    return exchange(f"{settings.SERVICE_URLS[service]}{address}", limits, content=content, headers=said)
