"""Nobody reads another company's rows, by whatever way they come to the notification service's database."""

from typing import ClassVar
from uuid import UUID, uuid4

from django.utils import timezone

from common.testing.row_security import RowSecurityRules
from notification_service.notifications.models import HeardEvent, Membership
from notification_service.notifications.tests.factories import DeliveryLogFactory, TemplateFactory


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(
        {"notifications", "templates", "delivery_logs", "memberships", "heard_events"}
    )

    def fill(self, company_id: UUID) -> None:
        TemplateFactory(company_id=company_id)
        DeliveryLogFactory(notification__company_id=company_id)
        Membership.objects.create(id=uuid4(), user_id=uuid4(), company_id=company_id, role="company_manager")
        HeardEvent.objects.create(
            event_id=uuid4(), company_id=company_id, type="test", occurred_at=timezone.now()
        )
