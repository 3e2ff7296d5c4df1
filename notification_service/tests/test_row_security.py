"""Nobody reads another company's rows, by whatever way they come to the notification service's database."""

from typing import ClassVar
from uuid import UUID

from common.testing.row_security import RowSecurityRules
from notification_service.notifications.tests.factories import DeliveryLogFactory, TemplateFactory


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset({"notifications", "templates", "delivery_logs"})

    def fill(self, company_id: UUID) -> None:
        TemplateFactory(company_id=company_id)
        DeliveryLogFactory(notification__company_id=company_id)
