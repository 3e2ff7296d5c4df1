"""Which event makes which notice, for whom, and what its template may say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

from common.contracts.analytics import ReportGenerated
from common.contracts.base import Event, is_imported, wire_name
from common.contracts.company import LicenseExpired, LicenseExpiring
from common.contracts.document import DocumentExpired, DocumentExpiring, DocumentUploaded
from common.contracts.employee import (
    DeductionCreated,
    DeductionUpdated,
    EmployeeHired,
    EmployeeTransferred,
    LeaveApproved,
    LeaveRejected,
    LeaveRequested,
    ReviewSubmitted,
    ViolationRecorded,
)
from notification_service.notifications.choices import Priority
from notification_service.notifications.vocabulary import (
    DEDUCTION_STATUSES,
    DEDUCTION_TYPES,
    DOCUMENT_TYPES,
    LEAVE_TYPES,
    word,
)

Values = Mapping[str, Any]
LAST_DAYS = 7


class Facts(Protocol):
    """What is known from other services; a fact that has not arrived yet raises NotYetKnownError."""

    def company(self, company_id: UUID) -> Any:
        """The company's name."""

    def employee(self, employee_id: UUID | None) -> Any:
        """The employee's name; a dash for nobody."""

    def department(self, department_id: UUID | None) -> Any:
        """The department's name; a dash for none."""


class To(Enum):
    """Whom a notice is for."""

    PERSON = "user_id"
    """The account that the event names."""
    REQUESTER = "requested_by"
    EMPLOYEE = "employee_id"
    """The account of the employee that the event names."""
    APPROVER = "manager_user_id"
    """The manager that the event names; without one, the company's managers."""
    MANAGERS = "company_id"
    """Whoever manages the company."""


def _always(_event: Any) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """``event`` makes the notice that the template ``name`` words, with the values that ``says`` returns.

    The account in ``not_to`` gets none: people know what they did themselves.
    """

    event: type[Event]
    name: str
    category: str
    to: To
    variables: tuple[str, ...]
    says: Callable[[Any, Facts], Values]
    priority: Callable[[Any], Priority] = lambda _event: Priority.NORMAL
    when: Callable[[Any], bool] = _always
    not_to: str = ""


def _of_leave(event: Any, facts: Facts) -> Values:
    return {
        "leave_type": word(LEAVE_TYPES, event.leave_type),
        "start_date": event.start_date,
        "end_date": event.end_date,
        "days": event.days,
    }


LEAVE = ("leave_type", "start_date", "end_date", "days")


def _of_deduction(event: Any, facts: Facts) -> Values:
    return {
        "deduction_type": word(DEDUCTION_TYPES, event.deduction_type),
        "amount": event.amount,
        "effective_date": event.effective_date,
        "status": word(DEDUCTION_STATUSES, event.status),
    }


DEDUCTION = ("deduction_type", "amount", "effective_date", "status")


def _of_license(event: Any, facts: Facts) -> Values:
    return {
        "number": event.number,
        "name": event.name,
        "company": facts.company(event.company_id),
        "expires_on": event.expires_on,
    }


LICENSE = ("number", "name", "company", "expires_on")


def _of_document(event: Any, facts: Facts) -> Values:
    return {"title": event.title, "document_type": word(DOCUMENT_TYPES, event.document_type)}


DOCUMENT = ("title", "document_type")


def _with(
    says: Callable[[Any, Facts], Values], **more: Callable[[Any, Facts], Any]
) -> Callable[[Any, Facts], Values]:
    def together(event: Any, facts: Facts) -> Values:
        return {**says(event, facts), **{name: value(event, facts) for name, value in more.items()}}

    return together


def _expires(event: Any, _facts: Facts) -> Any:
    return event.expires_on


def _days_left(event: Any, _facts: Facts) -> Any:
    return event.days_left


def _employee(event: Any, facts: Facts) -> Any:
    return facts.employee(event.employee_id)


def _sooner_is_higher(event: Any) -> Priority:
    return Priority.HIGH if event.days_left <= LAST_DAYS else Priority.NORMAL


def _high(_event: Any) -> Priority:
    return Priority.HIGH


def _is_about_somebody(event: Any) -> bool:
    return event.employee_id is not None


def _joins_now(event: EmployeeHired) -> bool:
    """Not those who had left before."""
    return event.status != "terminated"


def _of_hire(event: EmployeeHired, facts: Facts) -> Values:
    return {
        "name": event.full_name_ar or event.full_name_en or f"{event.first_name} {event.last_name}",
        "company": facts.company(event.company_id),
        "position": event.position,
        "hire_date": event.hire_date,
    }


def _of_transfer(event: EmployeeTransferred, facts: Facts) -> Values:
    return {
        "from_department": facts.department(event.from_department_id),
        "to_department": facts.department(event.to_department_id),
    }


RULES: tuple[Rule, ...] = (
    Rule(
        EmployeeHired, "welcome", "employment", To.PERSON,
        ("name", "company", "position", "hire_date"), _of_hire, when=_joins_now,
    ),
    Rule(
        EmployeeTransferred, "employee_transferred", "employment", To.EMPLOYEE,
        ("from_department", "to_department"), _of_transfer,
    ),
    Rule(
        LeaveRequested, "leave_requested", "leave", To.APPROVER, ("employee", *LEAVE),
        _with(_of_leave, employee=_employee), not_to="user_id",
    ),
    Rule(LeaveApproved, "leave_approved", "leave", To.PERSON, LEAVE, _of_leave),
    Rule(
        LeaveRejected, "leave_rejected", "leave", To.PERSON, (*LEAVE, "reason"),
        _with(_of_leave, reason=lambda event, _facts: event.reason),
    ),
    Rule(DeductionCreated, "deduction_created", "payroll", To.PERSON, DEDUCTION, _of_deduction),
    Rule(DeductionUpdated, "deduction_updated", "payroll", To.PERSON, DEDUCTION, _of_deduction),
    Rule(
        ViolationRecorded, "violation_recorded", "performance", To.PERSON, ("occurred_on",),
        lambda event, _facts: {"occurred_on": event.occurred_on},
    ),
    Rule(
        ReviewSubmitted, "review_submitted", "performance", To.PERSON, ("period_start", "period_end"),
        lambda event, _facts: {
            "period_start": event.review_period_start, "period_end": event.review_period_end,
        },
    ),
    Rule(
        LicenseExpiring, "license_expiring", "licenses", To.MANAGERS, (*LICENSE, "days_left"),
        _with(_of_license, days_left=_days_left), priority=_sooner_is_higher,
    ),
    Rule(
        LicenseExpired, "license_expired", "licenses", To.MANAGERS, LICENSE, _of_license, priority=_high,
    ),
    Rule(
        DocumentUploaded, "document_uploaded", "documents", To.EMPLOYEE, DOCUMENT, _of_document,
        when=_is_about_somebody, not_to="uploaded_by",
    ),
    Rule(
        DocumentExpiring, "document_expiring", "documents", To.EMPLOYEE,
        (*DOCUMENT, "expires_on", "days_left"),
        _with(_of_document, expires_on=_expires, days_left=_days_left),
        priority=_sooner_is_higher, when=_is_about_somebody,
    ),
    Rule(
        DocumentExpired, "document_expired", "documents", To.EMPLOYEE, (*DOCUMENT, "expires_on"),
        _with(_of_document, expires_on=_expires), priority=_high, when=_is_about_somebody,
    ),
    Rule(
        DocumentExpiring, "staff_document_expiring", "documents", To.MANAGERS,
        ("employee", *DOCUMENT, "expires_on", "days_left"),
        _with(_of_document, employee=_employee, expires_on=_expires, days_left=_days_left),
        priority=_sooner_is_higher,
    ),
    Rule(
        DocumentExpired, "staff_document_expired", "documents", To.MANAGERS,
        ("employee", *DOCUMENT, "expires_on"),
        _with(_of_document, employee=_employee, expires_on=_expires), priority=_high,
    ),
    Rule(
        ReportGenerated, "report_ready", "reports", To.REQUESTER, ("kind", "rows"),
        lambda event, _facts: {"kind": event.kind, "rows": event.rows},
    ),
)  # fmt: skip

RULES_BY_TEMPLATE: Mapping[str, Rule] = {rule.name: rule for rule in RULES}
EVENTS: tuple[type[Event], ...] = tuple(dict.fromkeys(rule.event for rule in RULES))


def rules_of(event: Event) -> list[Rule]:
    """The rules that ``event`` sets off; none where it tells of what an import brought: that is no news."""
    return [] if is_imported(event) else _RULES_BY_EVENT.get(wire_name(type(event)), [])


_RULES_BY_EVENT: dict[str, list[Rule]] = {
    wire_name(event): [rule for rule in RULES if rule.event is event] for event in EVENTS
}
