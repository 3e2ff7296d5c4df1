"""Former employees whose records need not be kept any longer are erased in every service."""

from datetime import datetime

from employee_service.person_requests.choices import RequestKind
from employee_service.person_requests.selectors import employees_past_keeping
from employee_service.person_requests.services.opening import (
    TERMINATED_DAYS,
    TERMINATED_RULE,
    requests_write,
)

__all__ = ["TERMINATED_DAYS", "TERMINATED_RULE", "terminated_due", "terminated_open"]
PIECE = 200
REASON = "The time of keeping is over."


def terminated_due(before: datetime) -> int:
    """How many former employees left before the moment and are not erased."""
    return employees_past_keeping(before.date()).count()


def terminated_open(before: datetime) -> int:
    """Ask for the erasure of a piece of them, in the open scope; returns of how many."""
    due = list(employees_past_keeping(before.date()).order_by("termination_date", "id")[:PIECE])
    requests_write([(employee, None) for employee in due], kind=RequestKind.RETENTION, reason=REASON)
    return len(due)
