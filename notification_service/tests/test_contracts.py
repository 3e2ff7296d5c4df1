"""What this service publishes has the shape of the samples; what it consumes, it accepts."""

from typing import Any

import pytest

from common.contracts.base import catalogue, from_wire, owner_of
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.contracts import ContractRules
from common.testing.samples import sample_payload
from notification_service.notifications import services
from notification_service.notifications.choices import Channel
from notification_service.notifications.models import Notification
from notification_service.notifications.services.delivery import notices_deliver
from notification_service.notifications.services.imports import notices_remove
from notification_service.notifications.tests.factories import (
    TemplateFactory,
    UserRefFactory,
    mails,
)
from notification_service.notifications.tests.mail_server import Mailbox, mail_server

OWN = sorted(name for name in catalogue() if owner_of(name) == "notification")
SMTP = "notification_service.notifications.providers.smtp.SmtpProvider"


class TestContracts(ContractRules):
    pass


@pytest.mark.django_db
def test_every_event_of_ours_is_published_in_the_shape_of_its_sample(settings: Any) -> None:
    mailbox = Mailbox()
    mailbox.recipients = ["250", "550 no such mailbox"]
    with all_companies("test"):
        template = TemplateFactory(type=Channel.IN_APP)
        person = UserRefFactory(company_ids=[template.company_id])
        notice = services.notice_send(
            company_id=template.company_id,
            user_id=person.user_id,
            type=Channel.IN_APP,
            template_id=template.pk,
            variables={"name": "Sara"},
        )
        services.notice_read(notice)
        mails(2)
    with mail_server(mailbox) as port:
        changed = {
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": port,
            "NOTICE_PROVIDERS": {"email": SMTP, "sms": SMTP, "push": SMTP},
        }
        for name, value in changed.items():
            setattr(settings, name, value)
        notices_deliver()
    with all_companies("test"):
        assert Notification.objects.count() == 3
        # As a rollback of an import takes notices away.
        notices_remove([notice.pk])
        published = dict(EventRecord.objects.values_list("type", "payload"))
    assert sorted(published) == OWN
    for name, payload in published.items():
        assert set(payload) == set(sample_payload(name)), name
        from_wire(catalogue()[name], payload)
