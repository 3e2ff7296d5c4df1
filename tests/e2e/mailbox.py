"""A mail server that keeps what it is given: the outside world of these tests."""

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.waiting import wait_until


class _Keeper:
    """Takes every mail, with the addresses it was really meant for."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.messages.append((list(envelope.rcpt_tos), message))
        return "250 OK"


class _Server(Controller):
    """Listens from the beginning, so that its port is known before it runs."""

    def __init__(self, keeper: _Keeper, port: int) -> None:
        self._listening = socket.create_server(("127.0.0.1", port))
        super().__init__(keeper, "127.0.0.1", self._listening.getsockname()[1])

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening)


def _said(receivers: list[str], mail: EmailMessage) -> Iterator[bytes]:
    yield "\n".join([*receivers, *(f"{name}: {value}" for name, value in mail.items())]).encode()
    yield mail.as_bytes()
    for part in mail.walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content


class Mailbox:
    """Runs while the block does; ``port`` (any free one for 0) takes mail for everybody."""

    def __init__(self, port: int = 0) -> None:
        self._keeper = _Keeper()
        self._server = _Server(self._keeper, port)
        self.port: int = self._server.port

    def __enter__(self) -> "Mailbox":
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to ``address`` that have come."""
        return [message for receivers, message in self._keeper.messages if address in receivers]

    def said(self) -> bytes:
        """Everything that all mails said, on the wire and as people read it."""
        return b"\n".join(
            piece for receivers, mail in self._keeper.messages for piece in _said(receivers, mail)
        )

    def count(self) -> int:
        """How many mails have come."""
        return len(self._keeper.messages)

    def text_to(self, address: str, about: str = "") -> str:
        """The text of the first mail to ``address`` with ``about`` in it, once it has come."""
        wait_until(lambda: self._about(address, about), f"a mail to {address} comes")
        return self._about(address, about)[0]

    def link_to(self, address: str, about: str) -> str:
        """The first link with ``about`` in it that was mailed to ``address``."""
        return next(word for word in self.text_to(address, about).split() if about in word)

    def _about(self, address: str, about: str) -> list[str]:
        texts = [_text_of(message) for message in self.to(address)]
        return [text for text in texts if about in text]


def _text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""
