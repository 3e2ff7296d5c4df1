"""Personal data in the employee service: employments, what belongs to them, and how they were hired."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.messaging.services import publish
from common.privacy.choices import Because, Fate, Holding, SubjectKind
from common.privacy.everywhere import ERASED_NAME
from common.privacy.plan import Held, Named, Plan, Rule, Share
from common.privacy.subjects import Erased, Line, Order, Subject
from common.sagas.models import FINAL
from employee_service.employees.models import (
    BulkHireRow,
    Deduction,
    Employee,
    EmployeeProfile,
    EmploymentEvent,
    Leave,
    PerformanceReview,
    Relationship,
    SearchTerm,
    Violation,
)
from employee_service.employees.services.aggregate import employee_updated
from employee_service.employees.services.pay import pay_forget_old, pay_of_undone
from employee_service.person_requests.services.retention import (
    TERMINATED_DAYS,
    TERMINATED_RULE,
    terminated_due,
    terminated_open,
)

PIECE = 2_000
# What is said of an employee in words and numbers that are theirs alone; days, kinds and ids stay for figures.
CONTACT: dict[str, Any] = {"email": "", "phone": ""}
IDENTITY: dict[str, Any] = {
    **CONTACT,
    "first_name": ERASED_NAME,
    "last_name": "",
    "full_name_ar": "",
    "full_name_en": "",
    "salary": None,
    "termination_reason": "",
    "nationality": "",
    "civil_id": "",
    "civil_id_expiry": None,
    "passport_number": "",
    "passport_expiry": None,
    "residence_number": "",
    "residence_expiry": None,
}
RECORDS: tuple[tuple[Holding, type[Model], dict[str, Any]], ...] = (
    (Holding.LEAVES, Leave, {"reason": "", "decision_reason": "", "old_values": {}}),
    (Holding.DEDUCTIONS, Deduction, {"description": "", "old_values": {}}),
    (Holding.VIOLATIONS, Violation, {"description": ERASED_NAME, "old_values": {}}),
    (
        Holding.REVIEWS,
        PerformanceReview,
        {
            "strengths": [],
            "areas_for_improvement": [],
            "comments": "",
            "goals_achieved": None,
            "total_goals": None,
        },
    ),
)
_HIRES = """
    UPDATE sagas SET data = without_personal_values(data)
    WHERE data->>'employee_id' = %(employee)s AND state = ANY(%(final)s) AND data <> without_personal_values(data)
"""


def _employee(subject: Subject) -> QuerySet[Employee]:
    return Employee.with_pending.filter(company_id=subject.company_id, pk=subject.employee_id)


def _of(model: type[Any]) -> Callable[[Subject], QuerySet[Any]]:
    """Reads the rows of a model that are about the employee."""
    return lambda subject: model._default_manager.filter(
        company_id=subject.company_id, employee_id=subject.employee_id
    )


def erase(order: Order) -> Erased:
    """Erase the employment, or while the law has it kept, what is no part of its record."""
    subject = order.subject
    profiles = EmployeeProfile.objects.filter(company_id=subject.company_id, employee_id=subject.employee_id)
    lines = [Line(holding=Holding.PROFILE, fate=Fate.DELETED, rows=profiles.delete()[0])]
    lines += _erase_all(order) if order.full else _erase_contact(order)
    return Erased(lines=lines)


def _erase_contact(order: Order) -> list[Line]:
    subject = order.subject
    rows = _masked(order, CONTACT)
    lines = [Line(holding=Holding.EMPLOYMENT, fate=Fate.MASKED, rows=rows)] if rows else []
    kept = [(Holding.EMPLOYMENT, _employee(subject)), (Holding.HISTORY, _of(EmploymentEvent)(subject))]
    kept += [(holding, _of(model)(subject)) for holding, model, _values in RECORDS]
    because, until = Because.EMPLOYMENT_LAW, order.keep_until
    return lines + [
        Line(holding=holding, fate=Fate.KEPT, rows=rows.count(), because=because, until=until)
        for holding, rows in kept
    ]


def _erase_all(order: Order) -> list[Line]:
    subject = order.subject
    lines = [Line(holding=Holding.EMPLOYMENT, fate=Fate.MASKED, rows=_masked(order, IDENTITY))]
    for holding, model, values in RECORDS:
        lines.append(Line(holding=holding, fate=Fate.MASKED, rows=_emptied(_of(model)(subject), values)))
    SearchTerm.objects.filter(company_id=subject.company_id, employee_id=subject.employee_id).delete()
    lines.append(Line(holding=Holding.HISTORY, fate=Fate.DELETED, rows=_history_delete(subject.employee_id)))
    lines.append(Line(holding=Holding.HIRES, fate=Fate.MASKED, rows=_hires_mask(subject)))
    kept = _of(Relationship)(subject).count()
    lines.append(Line(holding=Holding.RELATIONSHIPS, fate=Fate.KEPT, rows=kept, because=Because.NO_NAME))
    return lines


def _masked(order: Order, values: dict[str, Any]) -> int:
    """Set columns of the employee's row and tell of it; how many rows that changed."""
    employee = _employee(order.subject).select_for_update().first()
    if employee is None:
        return 0
    changed = sorted(name for name, value in values.items() if getattr(employee, name) != value)
    if not changed:
        return 0
    for name in changed:
        setattr(employee, name, values[name])
    employee.version += 1
    employee.updated_at = timezone.now()
    # Not by the service that keeps the record of the employment: this change is none of it.
    employee.save()
    publish(
        employee_updated(employee, changed),
        aggregate_id=employee.id,
        company_id=employee.company_id,
        version=employee.version,
    )
    return 1


def _emptied(rows: QuerySet[Any], values: dict[str, Any]) -> int:
    """Set columns of rows, one by one: what is sealed is sealed for its row. Returns how many changed."""
    changed = [row for row in rows if any(getattr(row, name) != value for name, value in values.items())]
    for row in changed:
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return len(changed)


def _history_delete(employee_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM forget_employment_events(%s::uuid[])", [[employee_id]])
        row: tuple[int] = cursor.fetchone()
    return row[0]


def _hires_mask(subject: Subject) -> int:
    """Empty the finished sagas and the rows of bulk hires by which the person was hired."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HIRES, {"employee": str(subject.employee_id), "final": [str(state) for state in FINAL]}
        )
        sagas: int = cursor.rowcount
    rows = BulkHireRow.objects.filter(company_id=subject.company_id, employee_id=subject.employee_id)
    return sagas + rows.exclude(email="").update(email="", data=None, error_details={})


def _leaves(before: datetime) -> QuerySet[Leave]:
    return Leave.objects.filter(end_date__lt=before.date())


def _leaves_due(before: datetime) -> int:
    return _leaves(before).count()


def _leaves_delete(before: datetime) -> int:
    old: Sequence[UUID] = list(_leaves(before).values_list("pk", flat=True)[:PIECE])
    return Leave.objects.filter(pk__in=old).delete()[0]


def _hires(subject: Subject) -> QuerySet[BulkHireRow]:
    rows = BulkHireRow.objects.filter(company_id=subject.company_id)
    return rows.filter(Q(employee_id=subject.employee_id))


def _by_employee(model: str) -> Held:
    return Held(model, "employee_id", SubjectKind.EMPLOYEE, account="employee__user_id")


def _named_so(term: str) -> Q:
    return Q(pk__in=SearchTerm.objects.filter(term__folded_prefix=term).values("employee_id"))


plan = Plan(
    shares=(
        Share(Holding.EMPLOYMENT, _employee),
        Share(Holding.PROFILE, _of(EmployeeProfile)),
        Share(Holding.HISTORY, _of(EmploymentEvent)),
        Share(Holding.RELATIONSHIPS, _of(Relationship)),
        Share(Holding.LEAVES, _of(Leave)),
        Share(Holding.DEDUCTIONS, _of(Deduction)),
        Share(Holding.VIOLATIONS, _of(Violation)),
        Share(Holding.REVIEWS, _of(PerformanceReview)),
        Share(Holding.HIRES, _hires, frozenset({"data"})),
    ),
    erase=erase,
    rules=(
        Rule("leaves", _("Leaves, after their last day"), 5 * 365, _leaves_due, _leaves_delete),
        Rule(
            "undone_hires",
            _("Agreed pay of people whose hire was undone, after their bulk hire ended"),
            30,
            lambda before: pay_of_undone(before).count(),
            pay_forget_old,
        ),
        Rule(
            TERMINATED_RULE,
            _("Records of former employees, after their last day"),
            TERMINATED_DAYS,
            terminated_due,
            terminated_open,
        ),
    ),
    held={
        "employee_id": Held("employees.Employee", "id", SubjectKind.EMPLOYEE, account="user_id"),
        "leave_id": _by_employee("employees.Leave"),
        "deduction_id": _by_employee("employees.Deduction"),
        "violation_id": _by_employee("employees.Violation"),
        "review_id": _by_employee("employees.PerformanceReview"),
    },
    names={SubjectKind.EMPLOYEE: Named("employees.Employee", "id", _named_so)},
)
