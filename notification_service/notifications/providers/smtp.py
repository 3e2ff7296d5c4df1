"""Mail by SMTP: many letters over one connection, each answered by the server before the next."""

import smtplib
from collections.abc import Generator, Iterable
from contextlib import suppress
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.message import sanitize_address

from notification_service.notifications.providers.base import Answer, Fate, Outgoing
from notification_service.notifications.providers.letters import letter

BACKEND = "common.security.smtp.BoundedEmailBackend"
CLOSING = 421
TOO_LARGE = 552
TROUBLE = (smtplib.SMTPException, OSError)


class _Lost(Exception):  # noqa: N818 - it tells where a letter stands, for this module only
    """The connection ended before the letter was handed over."""


class SmtpProvider:
    """Sends through the mail server of the settings, with Django's connection, time-outs and credentials."""

    def __init__(self) -> None:
        self._backend: Any = None
        self._used = False

    def send(self, batch: Iterable[Outgoing]) -> Generator[Answer, None, None]:
        """See Provider."""
        try:
            for outgoing in batch:
                yield self._answer(outgoing)
        finally:
            self._hang_up()

    def _answer(self, outgoing: Outgoing) -> Answer:
        try:
            address = sanitize_address(outgoing.address, "utf-8")
            message: Any = letter(outgoing).message()
            content: bytes = message.as_bytes(linesep="\r\n")
            address.encode("ascii")
        except (ValueError, IndexError) as error:
            return Answer(outgoing, Fate.REFUSED, f"{outgoing.address!r} is no address: {error}")
        try:
            return self._hand_over(outgoing, parseaddr(address)[1], content)
        except _Lost as lost:
            # Servers take so many letters over one connection, then end it.
            if not self._used:
                return Answer(outgoing, Fate.UNREACHABLE, str(lost))
        self._hang_up()
        try:
            return self._hand_over(outgoing, parseaddr(address)[1], content)
        except _Lost as lost:
            return Answer(outgoing, Fate.UNREACHABLE, str(lost))

    def _hand_over(self, outgoing: Outgoing, address: str, content: bytes) -> Answer:
        server = self._connected()
        sender = parseaddr(sanitize_address(settings.DEFAULT_FROM_EMAIL, "utf-8"))[1]
        try:
            code, answer = _command(server.mail, sender)
            if code != 250:
                self._hang_up()
                # What the server has against us is not the letter's fault, unless that is too large.
                fate = Fate.REFUSED if code == TOO_LARGE else Fate.UNREACHABLE
                return Answer(outgoing, fate, _said(code, answer))
            code, answer = _command(server.rcpt, address)
        except TROUBLE as error:
            raise _Lost(_why(error)) from error
        if code not in {250, 251}:
            return self._refusal(outgoing, code, answer)
        try:
            code, answer = server.data(content)
        except smtplib.SMTPDataError as error:
            return self._refusal(outgoing, error.smtp_code, error.smtp_error)
        except TROUBLE as error:
            self._hang_up()
            return Answer(outgoing, Fate.DOUBTFUL, _why(error))
        if code != 250:
            return self._refusal(outgoing, code, answer)
        self._used = True
        return Answer(outgoing, Fate.TAKEN)

    def _refusal(self, outgoing: Outgoing, code: int, answer: bytes | str) -> Answer:
        try:
            self._backend.connection.rset()
        except TROUBLE:
            self._hang_up()
        fate = Fate.REFUSED if code >= 500 else Fate.LATER
        return Answer(outgoing, fate, _said(code, answer))

    def _connected(self) -> smtplib.SMTP:
        if self._backend is None or self._backend.connection is None:
            self._used = False
            self._backend = get_connection(BACKEND)
            try:
                self._backend.open()
                self._backend.connection.ehlo_or_helo_if_needed()
            except TROUBLE as error:
                self._backend = None
                raise _Lost(_why(error)) from error
        server: smtplib.SMTP = self._backend.connection
        return server

    def _hang_up(self) -> None:
        if self._backend is not None:
            with suppress(*TROUBLE):
                self._backend.close()
            self._backend = None
        self._used = False


def _command(command: Any, argument: str) -> tuple[int, bytes]:
    code, answer = command(argument)
    if code == CLOSING:
        raise smtplib.SMTPServerDisconnected(_said(code, answer))
    return code, answer


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:500]


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]
