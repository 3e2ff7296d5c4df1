"""A mail server that means harm costs a mail, and neither the process nor its memory."""

import resource
import smtplib
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.mail import EmailMessage

from common.security.smtp import BoundedEmailBackend
from common.testing.hostile import PIECE, Behaviour, Listener, for_ever, saying, silent

MUCH = 40_000
"""KiB."""
LONG = b"250-" + b"x" * 8_000 + b"\r\n"
DRIP = threading.Event()
GREETINGS: Mapping[str, Behaviour] = {
    "nothing, for ever": silent,
    "nothing, and the end": saying(),
    "noise": saying(bytes(range(256)) * 100),
    "a web page": saying(b"HTTP/1.1 200 OK\r\n\r\n<html>"),
    "a refusal": saying(b"554 No\r\n"),
    "a greeting without end": for_ever(b"", b"220-" + b"x" * 1_000 + b"\r\n"),
    "a line without end": for_ever(b"220 ", PIECE),
    "a greeting in drops": for_ever(b"220 ", b"x", DRIP),
    "lines in drops": for_ever(b"", b"220-\r\n", DRIP),
    "services without end": for_ever(b"220 mail\r\n250-mail\r\n", LONG),
    "everything is said before it is asked": for_ever(b"220 mail\r\n", b"250 OK\r\n", DRIP),
    "a number that is none": saying(b"220 mail\r\n", b"2\xff0 mail\r\n" * 10),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", GREETINGS)
def test_no_mail_server_holds_whoever_writes_to_it(settings: Any, what: str) -> None:
    settings.EMAIL_SESSION_SECONDS = 0.5
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Listener(GREETINGS[what]).running() as server:
        backend = BoundedEmailBackend(host="127.0.0.1", port=server.port, timeout=30)
        letter = EmailMessage("Subject", "Text", "hr@example.com", ["person@example.com"])
        with pytest.raises((smtplib.SMTPException, OSError)):
            backend.send_messages([letter])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MUCH
