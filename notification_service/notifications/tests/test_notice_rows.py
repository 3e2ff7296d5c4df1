from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from common.security.tenancy import all_companies, company_scope
from notification_service.notifications.choices import Status
from notification_service.notifications.tests.factories import (
    DeliveryLogFactory,
    NotificationFactory,
    TemplateFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"type": "pigeon"}, "notice_channels_are_known"),
        ({"status": "lost"}, "notice_statuses_are_known"),
        ({"priority": "none"}, "notice_priorities_are_known"),
        ({"status": Status.READ}, "a_read_notice_says_when"),
        ({"read_at": NOW}, "a_read_notice_says_when"),
        ({"status": Status.PENDING, "due_at": None}, "a_notice_is_due_while_it_is_pending"),
        ({"due_at": NOW}, "a_notice_is_due_while_it_is_pending"),
    ],
)
def test_the_database_refuses_a_notice_that_makes_no_sense(
    company_id: UUID, values: dict[str, Any], constraint: str
) -> None:
    with company_scope(company_id), pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        NotificationFactory(company_id=company_id, **values)


def test_an_attempt_is_recorded_once(company_id: UUID) -> None:
    with company_scope(company_id):
        delivery = DeliveryLogFactory(notification__company_id=company_id)
        with pytest.raises(IntegrityError, match="an_attempt_is_recorded_once"), transaction.atomic():
            DeliveryLogFactory(notification=delivery.notification)


def test_a_template_name_is_used_once_a_channel(company_id: UUID) -> None:
    with company_scope(company_id):
        template = TemplateFactory(company_id=company_id)
        with pytest.raises(IntegrityError, match="used_once_a_channel"), transaction.atomic():
            TemplateFactory(company_id=company_id, name=template.name)


def test_a_notice_does_not_use_another_companys_template() -> None:
    with all_companies("two companies in one test"):
        template = TemplateFactory()
        with pytest.raises(IntegrityError, match="template_id_in_company"), transaction.atomic():
            write_notice(template=template, company_id=uuid4())


def write_notice(**values: Any) -> None:
    NotificationFactory(**values)
    connection.check_constraints()
