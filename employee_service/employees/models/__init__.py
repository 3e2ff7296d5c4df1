"""Tables of the employee service; every one belongs to a company and is under row-level security."""

from employee_service.employees.models.bulk import BulkHire, BulkHireRow
from employee_service.employees.models.deductions import Deduction
from employee_service.employees.models.employee import Employee, SearchTerm
from employee_service.employees.models.expiries import MissingExpiry
from employee_service.employees.models.history import EmploymentEvent
from employee_service.employees.models.leaves import Leave
from employee_service.employees.models.pay import AgreedPay
from employee_service.employees.models.people import EmployeeProfile, Relationship
from employee_service.employees.models.reviews import PerformanceReview
from employee_service.employees.models.violations import Violation

__all__ = [
    "AgreedPay",
    "BulkHire",
    "BulkHireRow",
    "Deduction",
    "Employee",
    "EmployeeProfile",
    "EmploymentEvent",
    "Leave",
    "MissingExpiry",
    "PerformanceReview",
    "Relationship",
    "SearchTerm",
    "Violation",
]
