from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.security.tenancy import company_scope
from common.testing.staff import sign_in
from notification_service.notifications.tests.factories import DeliveryLogFactory, TemplateFactory

pytestmark = pytest.mark.django_db
NOTICES = "/admin/notifications/notification/"
TEMPLATES = "/admin/notifications/template/"


@pytest.fixture
def delivery(company_id: UUID) -> Any:
    with company_scope(company_id):
        TemplateFactory(company_id=company_id, name="welcome-to-us")
        return DeliveryLogFactory(notification__company_id=company_id, notification__title="Leave approved")


def test_a_manager_sees_the_companys_notices_templates_and_failed_attempts(
    client: Client, company_id: UUID, delivery: Any
) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    assert "Leave approved" in client.get(NOTICES).content.decode()
    assert delivery.error in client.get(f"{NOTICES}{delivery.notification_id}/change/").content.decode()
    assert "welcome-to-us" in client.get(TEMPLATES).content.decode()


def test_another_companys_manager_sees_none_of_them(client: Client, delivery: Any) -> None:
    sign_in(client, role="company_manager", company_id=uuid4())
    assert "Leave approved" not in client.get(NOTICES).content.decode()
    assert "welcome-to-us" not in client.get(TEMPLATES).content.decode()


def test_notices_are_not_for_every_member_of_staff(client: Client, company_id: UUID, delivery: Any) -> None:
    sign_in(client, role="employee", company_id=company_id)
    assert client.get(NOTICES).status_code == 403


def test_notices_are_not_edited_by_hand(client: Client, delivery: Any) -> None:
    sign_in(client, role="super_admin")
    assert client.get(f"{NOTICES}add/").status_code == 403
    assert client.post(f"{NOTICES}{delivery.notification_id}/delete/", {"post": "yes"}).status_code == 403
