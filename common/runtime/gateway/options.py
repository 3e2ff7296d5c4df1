"""Where the gateway listens and what is behind it: said in the environment, and remembered."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from common.runtime.errors import OperatorError
from common.runtime.files import read_json, write_json
from common.runtime.layout import SERVICES

DEFAULT_PORT: Final = 3000
_FIRST_SERVICE_PORT: Final = 3001
_USUAL_PORTS: Final = {"http": 80, "https": 443}
_RECORD: Final = "gateway.json"


@dataclass(frozen=True)
class Options:
    """Everything about one gateway that an operator decides.

    Attributes:
        address: The address it listens on.
        port: The port it listens on.
        legacy: Host and port of the old application; None once there is none any more.
        health: The old application's path that answers 200 when it is well.
        certificate: A file with a certificate, its chain and its key (PEM) to speak TLS with; None for none.
        services: Host and port of each of the six services.
        stack: The folder of the system that they are processes of, where that is on this machine.
        authorities: A file with those by which the services are known, to speak TLS with them; None for none.
    """

    address: str
    port: int
    legacy: str | None
    health: str
    certificate: str | None
    services: Mapping[str, str]
    stack: str
    authorities: str | None = None


def choose_options(folder: Path, environ: Mapping[str, str], stack: Path) -> Options:
    """What the environment says, else what was said at an earlier start, else the usual; remembers it.

    The services are where AUTH_URL and its like say, else where the system in ``stack`` last ran.

    Raises:
        OperatorError: A value is no usable address or port.
    """
    before = read_json(folder / _RECORD)
    legacy = environ.get("LEGACY_URL", before.get("legacy") or "")
    authorities = _file(
        "GATEWAY_SERVICES_CA", environ, before.get("authorities"), "the services' authorities"
    )
    options = Options(
        address=_address(environ.get("GATEWAY_ADDRESS") or before.get("address") or "127.0.0.1"),
        port=_port(environ.get("GATEWAY_PORT") or str(before.get("port") or DEFAULT_PORT)),
        legacy=None if legacy in ("", "none") else _host_and_port("LEGACY_URL", legacy),
        health=_path(environ.get("LEGACY_HEALTH") or before.get("health") or "/health"),
        certificate=_file("GATEWAY_CERTIFICATE", environ, before.get("certificate"), "certificate and key"),
        services=_services(
            environ, before.get("services", {}), read_json(stack / "ports.json"), tls=authorities is not None
        ),
        stack=str(stack),
        authorities=authorities,
    )
    write_json(folder / _RECORD, asdict(options))
    return options


def remembered_options(folder: Path) -> Options:
    """What the gateway in ``folder`` was last started with.

    Raises:
        OperatorError: It never was.
    """
    record: dict[str, Any] = read_json(folder / _RECORD)
    if not record:
        raise OperatorError(
            f"There is no gateway in {folder} yet: start one with `make gateway LEGACY_URL=http://HOST:PORT`."
        )
    return Options(**record)


def _services(
    environ: Mapping[str, str], before: Mapping[str, str], stack: Mapping[str, Any], *, tls: bool
) -> dict[str, str]:
    running = {name: f"127.0.0.1:{port}" for name, port in stack.get("services", {}).items()}
    usual = {name: f"127.0.0.1:{_FIRST_SERVICE_PORT + at}" for at, name in enumerate(SERVICES)}
    told = {
        name: _host_and_port(variable, environ[variable], "https" if tls else "http")
        for name in SERVICES
        if environ.get(variable := f"{name.upper()}_URL")
    }
    services = usual | dict(before) | running | told
    nameless = [name for name, server in services.items() if is_address(server.rpartition(":")[0])]
    if tls and nameless:
        raise OperatorError(
            f"With GATEWAY_SERVICES_CA services are known by their names: give {nameless[0].upper()}_URL with one,"
            " such as https://hr1.example.com:3001."
        )
    return services


def is_address(host: str) -> bool:
    """Whether this is an address and not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _host_and_port(variable: str, value: str, scheme: str = "http") -> str:
    """The ``host:port`` of an address such as ``http://10.0.0.5:5000``; a plain ``host:port`` is one too."""
    try:
        parts = urlsplit(value if "//" in value else f"{scheme}://{value}")
        port = parts.port or _USUAL_PORTS[scheme]
    except ValueError:
        parts, port = urlsplit(""), 0
    plain = parts.scheme == scheme and not parts.path.strip("/") and not parts.query and not parts.username
    # It becomes part of a configuration file.
    usable = parts.hostname and all(letter.isalnum() or letter in ".-_" for letter in parts.hostname)
    if not plain or not usable or not port:
        raise OperatorError(
            f"{variable}={value} is not usable: give an address such as {scheme}://hr1.example.com:5000."
        )
    return f"{parts.hostname}:{port}"


def _address(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError as error:
        raise OperatorError(
            f"GATEWAY_ADDRESS={text} is not usable: give one of this machine's IPv4 addresses, or 0.0.0.0."
        ) from error


def _path(text: str) -> str:
    if not re.fullmatch(r"/[\w./?=&-]*", text, re.ASCII):
        raise OperatorError(f"LEGACY_HEALTH={text} is not usable: give a path such as /health.")
    return text


def _file(variable: str, environ: Mapping[str, str], before: str | None, content: str) -> str | None:
    text = environ.get(variable, before or "")
    if text in ("", "none"):
        return None
    path = Path(text).resolve()
    if not path.is_file() or re.search(r"\s", str(path)):
        raise OperatorError(
            f"{variable}={text} is not usable: give a file (no spaces in its path) with {content}."
        )
    return str(path)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise OperatorError(f"GATEWAY_PORT={text} is not usable: give a number from 1 to 65535.")
    return int(text)
