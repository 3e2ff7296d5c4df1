"""Nobody reads another company's rows, by whatever way they come to the employee service's database."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from common.testing.row_security import RowSecurityRules
from employee_service.employees.choices import RelationshipKind
from employee_service.employees.models import EmployeeProfile, Relationship
from employee_service.employees.tests.factories import EmployeeFactory


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(
        {"employees", "employee_profiles", "relationships", "employee_search_terms"}
    )

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
