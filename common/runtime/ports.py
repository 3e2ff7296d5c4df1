"""Which port each server listens on: chosen by the operator, or free ones that are remembered."""

import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.files import read_json, write_json
from common.runtime.layout import SERVICES

DEFAULT_BASE: Final = 3001
# The relay's doorbell (UDP) is this far above the service's own port.
WAKE_OFFSET: Final = 1000
# Below the range that systems hand out for outgoing connections (from 32768 on Linux), so that a port of a
# server that is just restarting is not taken by somebody's client.
_FREE_FROM, _FREE_TO = 20000, 31000
_RECORD = "ports.json"


@dataclass(frozen=True)
class Ports:
    """The TCP ports of one stack; every server listens on 127.0.0.1 only."""

    postgres: int
    redis: int
    services: Mapping[str, int]

    def wake(self, service: str) -> int:
        """The UDP port of the service's doorbell."""
        return self.services[service] + WAKE_OFFSET


def requested_services(environ: Mapping[str, str]) -> dict[str, int]:
    """The six ports from PORT_BASE and PORT_<SERVICE>; 3001 to 3006 when neither is set.

    Raises:
        OperatorError: A value is no usable port, or two services share one.
    """
    base = _number(environ, "PORT_BASE", DEFAULT_BASE)
    ports = {name: _number(environ, f"PORT_{name.upper()}", base + at) for at, name in enumerate(SERVICES)}
    for name, port in ports.items():
        twin = next((other for other, taken in ports.items() if taken == port and other != name), None)
        if twin:
            raise OperatorError(
                f"{name} and {twin} are both given port {port}: set PORT_{name.upper()} to another one."
            )
    return ports


def _number(environ: Mapping[str, str], variable: str, default: int) -> int:
    text = environ.get(variable, "").strip()
    if not text:
        return default
    # Room for the doorbells' offset and for the six ports counted from the base.
    highest = 65535 - WAKE_OFFSET - len(SERVICES)
    if not text.isdecimal() or not 1024 <= int(text) <= highest:
        raise OperatorError(f"{variable}={text} is not usable: give a number from 1024 to {highest}.")
    return int(text)


def is_free(port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> bool:
    """Whether a server could listen on the port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # Connections of a server that has just stopped linger; they do not hinder the next one.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require_free(services: Mapping[str, int]) -> None:
    """Checks the services' ports and their doorbells'.

    Raises:
        OperatorError: One is taken.
    """
    for name, port in services.items():
        variable = f"PORT_{name.upper()}"
        if not is_free(port):
            raise OperatorError(
                f"Port {port} of {name} is taken by another program: stop that program, or choose other "
                f"ports with {variable}=… or PORT_BASE=…."
            )
        if not is_free(port + WAKE_OFFSET, socket.SOCK_DGRAM):
            raise OperatorError(
                f"UDP port {port + WAKE_OFFSET} (doorbell of {name}, {WAKE_OFFSET} above its own) is taken "
                f"by another program: stop that program, or choose another port with {variable}=…."
            )


def choose(root: Path, services: Mapping[str, int] | None) -> Ports:
    """The ports of the stack in ``root``: those given for its services, remembered free ones else."""
    record = read_json(root / _RECORD)
    seeker = _Seeker(root)
    postgres = seeker.keep_or_find(record.get("postgres"))
    redis = seeker.keep_or_find(record.get("redis"))
    if services is None:
        recorded = record.get("services", {})
        services = {name: seeker.keep_or_find(recorded.get(name), wake=True) for name in SERVICES}
    else:
        require_free(services)
    ports = Ports(postgres=postgres, redis=redis, services=dict(services))
    write_json(
        root / _RECORD, {"postgres": ports.postgres, "redis": ports.redis, "services": dict(ports.services)}
    )
    return ports


def recorded(root: Path) -> Ports:
    """The ports chosen at the last start of the stack in ``root``.

    Raises:
        OperatorError: It was never started.
    """
    record = read_json(root / _RECORD)
    if not record:
        raise OperatorError(f"There is no system in {root} yet: start one with `make start`.")
    return Ports(**record)


class _Seeker:
    """Finds free ports; begins at a place of the stack's own, so that two stacks hardly ever race for one."""

    def __init__(self, root: Path) -> None:
        self._next = _FREE_FROM + zlib.crc32(str(root).encode()) % (_FREE_TO - _FREE_FROM)
        self._given: set[int] = set()

    def keep_or_find(self, recorded: object, *, wake: bool = False) -> int:
        if isinstance(recorded, int) and self._usable(recorded, wake):
            return self._give(recorded)
        for _ in range(_FREE_TO - _FREE_FROM):
            port = self._next
            self._next = port + 1 if port + 1 < _FREE_TO else _FREE_FROM
            if self._usable(port, wake):
                return self._give(port)
        raise OperatorError(f"No port from {_FREE_FROM} to {_FREE_TO} is free: stop some of the servers.")

    def _usable(self, port: int, wake: bool) -> bool:
        if port in self._given or not is_free(port):
            return False
        return not wake or is_free(port + WAKE_OFFSET, socket.SOCK_DGRAM)

    def _give(self, port: int) -> int:
        self._given.add(port)
        return port
