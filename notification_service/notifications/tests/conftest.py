from collections.abc import Iterator
from typing import Any

import pytest

from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from notification_service.notifications.tests.mail_server import Mailbox, mail_server

SMTP = "notification_service.notifications.providers.smtp.SmtpProvider"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_settings(settings: Any) -> Any:
    """Mail goes by SMTP to this machine; the test says to which port."""
    settings.NOTICE_PROVIDERS = {**settings.NOTICE_PROVIDERS, "email": SMTP}
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "HR <hr@pearl.example>"
    return settings


@pytest.fixture
def post(mailbox: Mailbox, mail_settings: Any) -> Iterator[Mailbox]:
    """A mail server that works; what it was given."""
    with mail_server(mailbox) as port:
        mail_settings.EMAIL_PORT = port
        yield mailbox


@pytest.fixture
def group(db: None) -> Iterator[None]:
    """The scope of the group's own staff."""
    with all_companies("test"):
        yield


@pytest.fixture
def events() -> Any:
    """The payloads of this service's events of one type."""

    def read(kind: str) -> list[dict[str, Any]]:
        with all_companies("test"):
            return [row.payload for row in EventRecord.objects.filter(type=kind).order_by("id")]

    return read
