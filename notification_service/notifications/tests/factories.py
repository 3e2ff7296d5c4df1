"""Rows for tests; call them in the scope of the company they are of."""

from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from notification_service.notifications.choices import Channel, Outcome
from notification_service.notifications.models import DeliveryLog, Notification, Template


class TemplateFactory(DjangoModelFactory[Template]):
    class Meta:
        model = Template

    company_id = factory.LazyFunction(uuid4)
    name = factory.Sequence(lambda number: f"welcome-{number}")
    type = Channel.EMAIL
    subject = "أهلاً بك"
    content = "مرحباً {{ name }}"
    variables = factory.LazyFunction(lambda: ["name"])


class NotificationFactory(DjangoModelFactory[Notification]):
    class Meta:
        model = Notification

    company_id = factory.LazyFunction(uuid4)
    user_id = factory.LazyFunction(uuid4)
    type = Channel.IN_APP
    title = factory.Sequence(lambda number: f"إجازة {number}")
    message = "تمت الموافقة على إجازتك"


class DeliveryLogFactory(DjangoModelFactory[DeliveryLog]):
    class Meta:
        model = DeliveryLog

    notification = factory.SubFactory(NotificationFactory)
    company_id = factory.SelfAttribute("notification.company_id")
    attempt = 1
    outcome = Outcome.FAILED
    error = "the mail server did not answer"
