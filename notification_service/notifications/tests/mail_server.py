"""A real SMTP server on a free port, which can be told to misbehave."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Mailbox:
    """What the server was given, and how it is to answer: by code, one a letter, then 250."""

    def __init__(self) -> None:
        self.received: list[Message] = []
        self.sessions = 0
        self.answers: list[str] = []
        self.recipients: list[str] = []
        self.hang_for = 0.0
        self.letters_a_session = 0
        self.on_letter: Any = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.recipients:
            answer = self.recipients.pop(0)
            if answer != "250":
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        count = getattr(session, "letters", 0)
        if self.letters_a_session and count >= self.letters_a_session:
            return "421 enough over this connection"
        session.letters = count + 1
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content)
        message["X-To"] = envelope.rcpt_tos[0]
        if self.on_letter is not None:
            self.on_letter(message)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hang":
            await asyncio.sleep(self.hang_for)
            answer = "250 too late"
        if answer == "disconnect":
            self.received.append(message)
            server.transport.close()
            return "421 gone"
        if answer.startswith("250"):
            self.received.append(message)
        return answer

    @property
    def keys(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(message["Message-ID"]) for message in self.received)

    @property
    def people(self) -> Counter[str]:
        """How many letters each address got."""
        return Counter(str(message["X-To"]) for message in self.received)


class _Counted(Controller):
    def factory(self) -> SMTP:
        self.handler.sessions += 1
        server: SMTP = super().factory()
        return server


@contextmanager
def mail_server(mailbox: Mailbox, port: int = 0) -> Iterator[int]:
    """The server while the block runs; yields its port."""
    controller = _Counted(mailbox, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        # Its own look whether it listens is a session, too.
        mailbox.sessions = 0
        yield controller.port
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def in_background(work: Any) -> threading.Thread:
    """``work`` in a thread of its own."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
