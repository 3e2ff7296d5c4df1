"""Who sees whom: every read for a person begins here, and row-level security stands below it."""

from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from common.contracts.rights import LEVELS
from common.security.principal import Principal
from employee_service.employees.choices import Lifecycle
from employee_service.employees.exceptions import EmployeeNotFoundError
from employee_service.employees.models import Employee
from employee_service.employees.models.records import EmployeeRecord

VIEW = "employees:view"
RecordT = TypeVar("RecordT", bound=EmployeeRecord)


def employees_visible_to(person: Principal, right: str = VIEW) -> QuerySet[Employee]:
    """The employees a person may see, former and archived ones included, hires under way never.

    Super administrators see all companies, managers and office staff their company, supervisors those who
    report to them and themselves, workers (and whoever lacks the ``right``) themselves; a person without a
    company sees nobody. Other rights than viewing employees reach equally far.
    """
    if person.all_companies:
        return Employee.objects.all()
    if person.company_id is None:
        return Employee.objects.none()
    employees = Employee.objects.filter(company_id=person.company_id)
    own = Q(user_id=person.id)
    if person.level < LEVELS["supervisor"] or not person.may(right):
        return employees.filter(own)
    if person.level >= LEVELS["employee"]:
        return employees
    myself = Employee.objects.filter(
        company_id=person.company_id, user_id=person.id, lifecycle=Lifecycle.CURRENT
    )
    return employees.filter(own | Q(manager__in=myself.values("id")))


def records_visible_to(records: QuerySet[RecordT], person: Principal, right: str) -> QuerySet[RecordT]:
    """Those of ``records`` that are about the employees whom the person's ``right`` reaches."""
    if person.all_companies:
        return records
    if person.company_id is None:
        return records.none()
    records = records.filter(company_id=person.company_id)
    if person.level >= LEVELS["employee"] and person.may(right):
        return records
    return records.filter(employee__in=employees_visible_to(person, right).values("id"))


def employee_get(person: Principal, employee_id: UUID, right: str = VIEW) -> Employee:
    """The employee, if the person's right reaches them; else raises EmployeeNotFoundError, existing or not."""
    try:
        return employees_visible_to(person, right).get(id=employee_id)
    except Employee.DoesNotExist:
        raise EmployeeNotFoundError from None


def may_see_pay(person: Principal, employee: Employee) -> bool:
    """Whether the person may see an employee's salary and papers: their own, or those of the company."""
    return employee.user_id == person.id or may_see_pay_of_all(person)


def may_see_pay_of_all(person: Principal) -> bool:
    """Whether the person may see the salaries of everybody they see: office staff of the company upwards."""
    return person.all_companies or (person.level >= LEVELS["employee"] and person.may("payroll:view"))


def own_employee_get(person: Principal) -> Employee:
    """The person's own employment in their token's company, present or last; else EmployeeNotFoundError."""
    employees = Employee.objects.filter(user_id=person.id, company_id=person.company_id or UUID(int=0))
    employee = employees.order_by("lifecycle", "-termination_date").first()
    if employee is None:
        raise EmployeeNotFoundError
    return employee
