"""Reads of requests about personal data."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from common.days import today
from common.privacy.models import Erasure, KeptFor
from employee_service.employees.choices import Lifecycle
from employee_service.employees.models import Employee
from employee_service.person_requests.choices import RequestKind, RequestState
from employee_service.person_requests.exceptions import RequestNotFoundError
from employee_service.person_requests.models import PersonRequest


def request_get(request_id: UUID) -> PersonRequest:
    """The request, in the open scope; raises RequestNotFoundError."""
    try:
        return PersonRequest.objects.select_related("employee").get(pk=request_id)
    except PersonRequest.DoesNotExist:
        raise RequestNotFoundError from None


def kept_until(employee: Employee, days: int) -> date | None:
    """The day until which the law has the records of an ended employment kept; None when that is over.

    Without a last day (an import may lack it) the day of the last change counts.
    """
    last_day = employee.termination_date or employee.updated_at.date()
    until = last_day + timedelta(days=days)
    return until if until > today() else None


def employees_past_keeping(before: date) -> QuerySet[Employee]:
    """Former employees whose last day is before a day, and whom nothing has erased or is erasing."""
    erased = Erasure.objects.filter(subject_id=OuterRef("pk"), keep_until=None)
    opened = PersonRequest.objects.filter(
        employee=OuterRef("pk"),
        kind__in=[RequestKind.ERASURE, RequestKind.RETENTION],
        keep_until=None,
        state=RequestState.RUNNING,
    )
    ended = Employee.objects.filter(lifecycle=Lifecycle.ENDED, termination_date__lt=before)
    return ended.exclude(Exists(erased)).exclude(Exists(opened))


def days_decided(rule: str) -> int | None:
    """How many days staff have decided on for a rule of the retention, if they have."""
    return KeptFor.objects.filter(pk=rule).values_list("days", flat=True).first()
