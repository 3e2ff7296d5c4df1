"""The admin of the employee service; every change goes through a service."""

from employee_service.employees.admin.bulk import BulkHireAdmin, BulkHireRowAdmin
from employee_service.employees.admin.employees import EmployeeAdmin
from employee_service.employees.admin.expiries import MissingExpiryAdmin
from employee_service.employees.admin.leaves import LeaveAdmin
from employee_service.employees.admin.pay_and_conduct import DeductionAdmin, ReviewAdmin, ViolationAdmin

__all__ = [
    "BulkHireAdmin",
    "BulkHireRowAdmin",
    "DeductionAdmin",
    "EmployeeAdmin",
    "LeaveAdmin",
    "MissingExpiryAdmin",
    "ReviewAdmin",
    "ViolationAdmin",
]
