"""What a request tells about the device it comes from."""

import ipaddress
import unicodedata

from django.http import HttpRequest

from auth_service.users.services.sessions import Device


def device_of(request: HttpRequest) -> Device:
    """The peer's address and the browser's own description, without control characters.

    The address is the connection's: headers that a client can write itself say nothing.
    """
    text = request.headers.get("User-Agent", "")
    printable = "".join(character for character in text if unicodedata.category(character)[0] != "C")
    return Device(ip_address=_address(request.META.get("REMOTE_ADDR", "")), user_agent=printable[:300])


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
