"""Asking for the data of a person, or for their erasure."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.conf.service import PORTS
from common.security.principal import Principal
from employee_service.employees.choices import Lifecycle
from employee_service.employees.models import Employee
from employee_service.employees.selectors.visibility import employee_get
from employee_service.person_requests.choices import RequestKind
from employee_service.person_requests.exceptions import (
    RequestUnderWayError,
    StillEmployedError,
    TooManyRequestsError,
)
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.selectors import days_decided, kept_until

TERMINATED_RULE = "terminated_employees"
TERMINATED_DAYS = 7 * 365
RIGHT = "employees:delete"
# Whether the account goes is the auth service's to say, and for the others to know.
FIRST = "auth"
A_DAY = timedelta(days=1)


@transaction.atomic
def request_open(
    *, person: Principal, employee_id: UUID, kind: RequestKind, reason: str, language: str = "en"
) -> PersonRequest:
    """Ask all services for what they hold on an employee, or to erase it.

    An erasure keeps what the law has kept: :func:`kept_until` says until when. Raises EmployeeNotFoundError,
    StillEmployedError, RequestUnderWayError and TooManyRequestsError.
    """
    employee = employee_get(person, employee_id, RIGHT)
    keep_until: date | None = None
    if kind == RequestKind.EXPORT:
        _refuse_many(person)
    else:
        keep_until = erasable_until(employee)
    return requests_write(
        [(employee, keep_until)],
        kind=kind,
        reason=reason,
        language=language,
        requested_by=person.id,
        requested_by_name=str(person)[:301],
    )[0]


def erasable_until(employee: Employee) -> date | None:
    """Until when an erasure of the employee would keep the record; raises StillEmployedError."""
    if employee.lifecycle != Lifecycle.ENDED:
        raise StillEmployedError
    return kept_until(employee, keeping_days())


def keeping_days() -> int:
    """How long the records of an ended employment are kept: as staff decided, or as the settings or the law say."""
    default: int = settings.RETENTION_DAYS.get(TERMINATED_RULE, TERMINATED_DAYS)
    return days_decided(TERMINATED_RULE) or default


def requests_write(
    about: list[tuple[Employee, date | None]],
    *,
    kind: RequestKind,
    reason: str,
    language: str = "en",
    requested_by: UUID | None = None,
    requested_by_name: str = "",
) -> list[PersonRequest]:
    """Store requests with a part for every service; raises RequestUnderWayError."""
    requests = [
        PersonRequest(
            company_id=employee.company_id,
            employee=employee,
            user_id=employee.user_id,
            kind=kind,
            reason=reason,
            language=language,
            keep_until=keep_until,
            requested_by=requested_by,
            requested_by_name=requested_by_name,
        )
        for employee, keep_until in about
    ]
    try:
        with transaction.atomic():
            PersonRequest.objects.bulk_create(requests)
    except IntegrityError as error:
        raise RequestUnderWayError from error
    parts_write(requests)
    return requests


def parts_write(requests: Sequence[PersonRequest]) -> None:
    """Store a part for every service, all of them due."""
    RequestPart.objects.bulk_create(
        [
            RequestPart(
                company_id=request.company_id, request=request, service=service, rank=int(service != FIRST)
            )
            for request in requests
            for service in PORTS
        ]
    )


def _refuse_many(person: Principal) -> None:
    since = timezone.now() - A_DAY
    asked = PersonRequest.objects.filter(
        requested_by=person.id, kind=RequestKind.EXPORT, created_at__gt=since
    )
    if asked.count() >= settings.PERSON_EXPORTS_PER_DAY:
        raise TooManyRequestsError
