"""Nobody reads another company's rows, by whatever way they come to the employee service's database."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from common.testing.row_security import RowSecurityRules
from employee_service.employees.choices import HistoryKind, RelationshipKind
from employee_service.employees.models import EmployeeProfile, EmploymentEvent, Relationship
from employee_service.employees.tests.factories import (
    DeductionFactory,
    EmployeeFactory,
    LeaveFactory,
    ReviewFactory,
    ViolationFactory,
)


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(
        {
            "employees", "employee_profiles", "relationships", "employee_search_terms", "leaves",
            "deductions", "violations", "performance_reviews", "employment_events",
        }
    )  # fmt: skip

    def fill(self, company_id: UUID) -> None:
        employee, manager = EmployeeFactory.create_batch(2, company_id=company_id)
        EmployeeProfile.objects.create(company_id=company_id, employee=employee)
        Relationship.objects.create(
            company_id=company_id,
            employee=employee,
            related_employee=manager,
            kind=RelationshipKind.MANAGER,
            start_date=date(2026, 1, 1),
        )
        about: dict[str, Any] = {"company_id": company_id, "employee": employee}
        for record in (LeaveFactory, DeductionFactory, ViolationFactory):
            record.create(**about)
        ReviewFactory.create(**about, reviewer=manager)
        EmploymentEvent.objects.create(**about, kind=HistoryKind.HIRED, effective_date=date(2026, 1, 1))
