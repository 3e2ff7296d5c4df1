"""Rows for tests; call them in the scope of the company they are of."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from common.reference.models import CompanyRef, EmployeeRef, UserRef
from notification_service.notifications.choices import Channel, Outcome, Status
from notification_service.notifications.models import DeliveryLog, Notification, Preference, Template


class CompanyRefFactory(DjangoModelFactory[CompanyRef]):
    class Meta:
        model = CompanyRef

    company_id = factory.LazyFunction(uuid4)
    name = factory.Sequence(lambda number: f"Pearl {number}")
    name_ar = "شركة اللؤلؤة"


class UserRefFactory(DjangoModelFactory[UserRef]):
    class Meta:
        model = UserRef

    user_id = factory.LazyFunction(uuid4)
    email = factory.Sequence(lambda number: f"person-{number}@example.com")
    company_ids = factory.LazyFunction(list)


class EmployeeRefFactory(DjangoModelFactory[EmployeeRef]):
    class Meta:
        model = EmployeeRef

    employee_id = factory.LazyFunction(uuid4)
    company_id = factory.LazyFunction(uuid4)
    user_id = factory.LazyFunction(uuid4)
    first_name = "Sara"
    last_name = "Ahmad"
    full_name_ar = "سارة الأحمد"


class TemplateFactory(DjangoModelFactory[Template]):
    class Meta:
        model = Template

    company_id = factory.LazyFunction(uuid4)
    name = factory.Sequence(lambda number: f"greeting_{number}")
    type = Channel.EMAIL
    subject_ar = "أهلاً بك"
    content_ar = "مرحباً {{ name }}"
    subject_en = "Welcome"
    content_en = "Hello {{ name }}"
    variables = factory.LazyFunction(lambda: ["name"])


class NotificationFactory(DjangoModelFactory[Notification]):
    """A notice in the application; with ``status="pending"`` one that is due."""

    class Meta:
        model = Notification

    company_id = factory.LazyFunction(uuid4)
    user_id = factory.LazyFunction(uuid4)
    type = Channel.IN_APP
    title = factory.Sequence(lambda number: f"إجازة {number}")
    message = "تمت الموافقة على إجازتك"
    status = Status.DELIVERED
    due_at = factory.LazyAttribute(lambda notice: timezone.now() if notice.status == "pending" else None)
    give_up_at = factory.LazyAttribute(lambda notice: notice.due_at and notice.due_at + timedelta(days=2))


class DeliveryLogFactory(DjangoModelFactory[DeliveryLog]):
    class Meta:
        model = DeliveryLog

    notification = factory.SubFactory(NotificationFactory)
    company_id = factory.SelfAttribute("notification.company_id")
    attempt = 1
    outcome = Outcome.FAILED
    error = "the mail server did not answer"


class PreferenceFactory(DjangoModelFactory[Preference]):
    class Meta:
        model = Preference

    user_id = factory.LazyFunction(uuid4)


def mails(count: int, **values: Any) -> list[Notification]:
    """Mails that are due, each to a person of their own; in a scope of all companies."""
    people = UserRefFactory.create_batch(count)
    return [
        NotificationFactory(type=Channel.EMAIL, status=Status.PENDING, user_id=person.user_id, **values)
        for person in people
    ]
