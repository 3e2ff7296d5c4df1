"""Tables of the employee service; every one belongs to a company and is under row-level security."""

from employee_service.employees.models.employee import Employee, SearchTerm
from employee_service.employees.models.people import EmployeeProfile, Relationship

__all__ = ["Employee", "EmployeeProfile", "Relationship", "SearchTerm"]
