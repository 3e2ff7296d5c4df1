"""The admin of the employee service; every change goes through a service."""

from employee_service.employees.admin.bulk import BulkHireAdmin, BulkHireRowAdmin
from employee_service.employees.admin.employees import EmployeeAdmin

__all__ = ["BulkHireAdmin", "BulkHireRowAdmin", "EmployeeAdmin"]
