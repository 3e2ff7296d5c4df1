"""HAProxy's own control channel: a socket in the gateway's folder that only its owner may open."""

import csv
import os
import socket
from pathlib import Path
from typing import Final

SOCKET: Final = "admin.sock"
SHARE_MAP: Final = "share.map"
_SHARE_KEY: Final = "new"
_LONGEST_ADDRESS: Final = 100
_TIMEOUT: Final = 3.0


class GatewayDownError(Exception):
    """Nothing answers on the socket, or not as HAProxy does."""


class AdminSocket:
    """Asks the HAProxy whose folder is given; each question is a connection of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ask(self, command: str) -> str:
        """What HAProxy answers to one command, or to several with ``;`` between them.

        Raises:
            GatewayDownError: It does not answer.
        """
        answer = bytearray()
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_TIMEOUT)
                self._connect(connection)
                connection.sendall(f"{command}\n".encode())
                while received := connection.recv(65536):
                    answer += received
        except OSError as error:
            raise GatewayDownError(f"the gateway does not answer ({error.strerror or error})") from error
        return answer.decode(errors="replace")

    def share(self) -> int:
        """The new side's share of 10,000 by which HAProxy decides at this moment."""
        answer = self.ask(f"get map {SHARE_MAP} {_SHARE_KEY}")
        for field in answer.split(","):
            name, _, value = field.strip().partition("=")
            if name == "value" and value.strip('"').isdecimal():
                return int(value.strip('"'))
        raise GatewayDownError(f"the gateway does not know its share: {answer.strip()}")

    def set_share(self, share: int) -> None:
        """Has HAProxy decide by another share from the next request on.

        Raises:
            GatewayDownError: It does not answer or did not take it.
        """
        answer = self.ask(f"set map {SHARE_MAP} {_SHARE_KEY} {share}").strip()
        if answer or self.share() != share:
            raise GatewayDownError(f"the gateway did not take the new share: {answer}")

    def statistics(self) -> list[dict[str, str]]:
        """HAProxy's statistics: a row for each frontend, backend and server; see its ``show stat``."""
        lines = self.ask("show stat").lstrip("# ").splitlines()
        return list(csv.DictReader(line for line in lines if line))

    def counters(self, table: str) -> dict[str, list[int]]:
        """The general purpose counters of a stick table by its keys."""
        found: dict[str, list[int]] = {}
        for line in self.ask(f"show table {table}").splitlines():
            fields = dict(part.split("=", 1) for part in line.split() if "=" in part)
            if "key" in fields:
                counts = {int(name[3:]): int(value) for name, value in fields.items() if name[:3] == "gpc"}
                found[fields["key"]] = [counts[number] for number in sorted(counts)]
        return found

    def _connect(self, connection: socket.socket) -> None:
        path = self._folder / SOCKET
        if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
            connection.connect(str(path))
            return
        # A socket's address is short; the folder's is not, so it is reached through the open folder.
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            connection.connect(f"/proc/self/fd/{folder}/{SOCKET}")
        finally:
            os.close(folder)
