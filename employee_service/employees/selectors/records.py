"""Deductions, violations, reviews and the dated record of employments, as far as the reader's right reaches."""

from uuid import UUID

from django.db.models import Q, QuerySet

from common.errors import NotFoundError
from common.security.principal import Principal
from employee_service.employees.choices import HistoryKind, ReviewStatus
from employee_service.employees.models import (
    Deduction,
    Employee,
    EmploymentEvent,
    PerformanceReview,
    Violation,
)
from employee_service.employees.selectors.visibility import (
    RecordT,
    may_see_pay,
    may_see_pay_of_all,
    records_visible_to,
)

SEE_PAY = "payroll:view"
SEE_PERFORMANCE = "performance:view"
EDIT_PERFORMANCE = "performance:edit"
NOBODYS = UUID(int=0)


def record_get(records: QuerySet[RecordT], record_id: UUID) -> RecordT:
    """The one of ``records`` with the id; else raises NotFoundError, existing or not."""
    record = records.filter(id=record_id).select_related("employee").first()
    if record is None:
        raise NotFoundError
    return record


def deductions_visible_to(person: Principal) -> QuerySet[Deduction]:
    """Deductions are pay: office staff with the right see the company's, everybody their own."""
    deductions = Deduction.objects.all()
    if may_see_pay_of_all(person):
        return records_visible_to(deductions, person, SEE_PAY)
    return deductions.filter(_own(person), company_id=person.company_id or NOBODYS)


def violations_visible_to(person: Principal) -> QuerySet[Violation]:
    """Violations of those whom the person's right to see performance reaches, and their own."""
    return records_visible_to(Violation.objects.all(), person, SEE_PERFORMANCE)


def reviews_visible_to(person: Principal) -> QuerySet[PerformanceReview]:
    """Reviews of those whom the person's right reaches; a draft only for who may write about that employee."""
    reviews = records_visible_to(PerformanceReview.objects.all(), person, SEE_PERFORMANCE)
    if not person.may(EDIT_PERFORMANCE):
        return reviews.exclude(status=ReviewStatus.DRAFT)
    return reviews.exclude(_own(person), status=ReviewStatus.DRAFT)


def history_of(person: Principal, employee: Employee) -> QuerySet[EmploymentEvent]:
    """The dated record of an employee whom the person sees; changes of pay for who may see that pay."""
    entries = EmploymentEvent.objects.filter(company_id=employee.company_id, employee=employee)
    if may_see_pay(person, employee):
        return entries
    return entries.exclude(kind=HistoryKind.PAY_CHANGED)


def _own(person: Principal) -> Q:
    return Q(employee__in=Employee.objects.filter(user_id=person.id).values("id"))


def records_of(records: QuerySet[RecordT], employee: Employee) -> QuerySet[RecordT]:
    """Those of ``records`` that are about the employee."""
    return records.filter(company_id=employee.company_id, employee=employee)
