"""Nobody reads another company's rows, by whatever way they come to the analytics service's database."""

from typing import ClassVar
from uuid import UUID

from analytics_service.analytics.tests.factories import (
    CachedMetricFactory,
    EmployeeItemFactory,
    EmploymentFactFactory,
    ExpiringItemFactory,
    ReportFactory,
    StoredEventFactory,
)
from common.testing.row_security import RowSecurityRules


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            "analytics_events", "reports", "metrics_cache", "employment_facts", "employee_items",
            "expiring_items",
        }
    )  # fmt: skip

    def fill(self, company_id: UUID) -> None:
        StoredEventFactory(company_id=company_id)
        ReportFactory(company_id=company_id)
        CachedMetricFactory(company_id=company_id)
        EmploymentFactFactory(company_id=company_id)
        EmployeeItemFactory(company_id=company_id)
        ExpiringItemFactory(company_id=company_id)
