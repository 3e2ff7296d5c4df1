"""A mail server that keeps what it is given: the outside world of these tests."""

import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import cast

from tests.waiting import wait_until


class _Conversation(socketserver.StreamRequestHandler):
    """SMTP as far as Python's smtplib speaks it (RFC 5321)."""

    def handle(self) -> None:
        self._say(b"220 ready")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"DATA":
                self._say(b"354 go on")
                self._take()
            elif command == b"QUIT":
                self._say(b"221 bye")
                return
            self._say(b"250 ok")

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()).rstrip(b"\r\n") != b".":
            lines.append(line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        cast(_Server, self.server).messages.append(message)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[EmailMessage] = []


class Mailbox:
    """Runs while the block does; ``port`` takes mail for everybody."""

    def __init__(self) -> None:
        self._server = _Server()
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def text_to(self, address: str) -> str:
        """The text of the first mail to ``address``, once it has come."""
        wait_until(lambda: self._to(address), f"a mail to {address} comes")
        return str(self._to(address)[0].get_content())

    def _to(self, address: str) -> list[EmailMessage]:
        return [message for message in self._server.messages if address in str(message["To"])]
