"""Events of employees as the employee service's log holds them, and how they arrive here."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import analytics_service.analytics.consumers  # noqa: F401
from analytics_service.analytics.tests.factories import EnvelopeFactory
from common.contracts.base import Event, to_wire, wire_name
from common.contracts.employee import (
    DeductionCreated,
    EmployeeHired,
    EmployeeRemoved,
    EmployeeTerminated,
    EmployeeTransferred,
    EmployeeUpdated,
    LeaveApproved,
)
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.security.tenancy import all_companies


def at(day: date) -> datetime:
    """Noon of a day in Kuwait."""
    return datetime.combine(day, time(9), UTC)


def hired(company_id: UUID, *, hire_date: date | None, **values: Any) -> EmployeeHired:
    given: dict[str, Any] = {
        "employee_id": uuid4(), "employee_number": "E000001", "user_id": uuid4(), "first_name": "Sara",
        "last_name": "Salem", **values,
    }  # fmt: skip
    return EmployeeHired(company_id=company_id, hire_date=hire_date, **given)


def updated(hire: EmployeeHired, *changed: str, **values: Any) -> EmployeeUpdated:
    given: dict[str, Any] = {"department_id": hire.department_id, **values}
    return EmployeeUpdated(
        employee_id=hire.employee_id, company_id=hire.company_id, user_id=hire.user_id, first_name="Sara",
        last_name="Salem", changed=list(changed), **given,
    )  # fmt: skip


def transferred(hire: EmployeeHired, to: UUID | None) -> EmployeeTransferred:
    return EmployeeTransferred(
        employee_id=hire.employee_id, company_id=hire.company_id, from_department_id=None, to_department_id=to
    )


def terminated(hire: EmployeeHired, last_day: date) -> EmployeeTerminated:
    return EmployeeTerminated(
        employee_id=hire.employee_id, company_id=hire.company_id, user_id=hire.user_id, last_day=last_day
    )


def removed(hire: EmployeeHired) -> EmployeeRemoved:
    return EmployeeRemoved(employee_id=hire.employee_id, company_id=hire.company_id, user_id=hire.user_id)


def approved(hire: EmployeeHired, first: date, last: date, days: int, kind: str = "annual") -> LeaveApproved:
    return LeaveApproved(
        leave_id=uuid4(), company_id=hire.company_id, employee_id=hire.employee_id, user_id=hire.user_id,
        leave_type=kind, start_date=first, end_date=last, days=days, decided_by=uuid4(),
    )  # fmt: skip


def deducted(hire: EmployeeHired, day: date, amount: str, **values: Any) -> DeductionCreated:
    given: dict[str, Any] = {"deduction_type": "late", "status": "active", **values}
    return DeductionCreated(
        deduction_id=uuid4(), company_id=hire.company_id, employee_id=hire.employee_id, user_id=hire.user_id,
        amount=amount, effective_date=day, **given,
    )  # fmt: skip


def enveloped(event: Event, day: date, **values: Any) -> Envelope:
    """The event as it stands in the log, told of on ``day``."""
    payload = to_wire(event)
    about = payload.get("leave_id") or payload.get("deduction_id") or payload["employee_id"]
    return EnvelopeFactory.create(
        type=wire_name(type(event)),
        payload=payload,
        company_id=UUID(payload["company_id"]),
        aggregate_id=UUID(about),
        occurred_at=at(day),
        **values,
    )


def receive(envelopes: Sequence[Envelope]) -> None:
    """A batch arrives from the employee service."""
    with all_companies("as the inbox runs"):
        dispatch(registry, "employee", envelopes)


def tell(day: date, *events: Event) -> None:
    """The employee service tells of these events on ``day``, in one batch."""
    receive([enveloped(event, day) for event in events])
