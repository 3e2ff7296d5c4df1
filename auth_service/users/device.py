"""What a request tells about the device it comes from."""

import ipaddress
import unicodedata

from django.http import HttpRequest

from auth_service.users.services.sessions import Device


def device_of(request: HttpRequest) -> Device:
    """The client's address and the browser's own description, without control characters.

    The address is the connection's, or what our own proxy says (common/security/client_address.py): what a client
    writes itself says nothing.
    """
    return device_described(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""))


def device_described(address: str, user_agent: str) -> Device:
    """A device by its address, which may be none, and by what a browser says of itself."""
    printable = "".join(character for character in user_agent if unicodedata.category(character)[0] != "C")
    return Device(ip_address=_address(address), user_agent=printable[:300])


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
